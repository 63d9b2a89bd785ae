"""What a reader of data sets has to say of its clips reaches the person who checks a sweep."""

import json
import shutil

from sinesweep_runner.checking import check_sweep


def test_check_says_what_a_reader_left_out(tones, tone_sweep, tmp_path):
    for label in ("hum", "hiss"):
        for recording in range(1, 7):
            sound = tmp_path / f"{label} {recording}.wav"
            shutil.copy(tones / label / f"rec{recording}_take1.wav", sound)
            sound.with_suffix(".txt").write_text(f"0.0\t0.25\t{label}\n0.25\t0.5\t{label}\n")
    shutil.copy(tones / "hum" / "rec1_take2.wav", tmp_path / "silent.wav")
    file = tmp_path / "sweep.yaml"
    file.write_text(json.dumps(tone_sweep(data={"reader": "audacity", "path": str(tmp_path)})))
    text = check_sweep(file)
    assert "24 clips, 2 classes" in text
    assert "1 sound left out: no label track lies beside it" in text
