"""Augmentations that make labels wrong are warned about; what they need is there before work starts."""

import pytest

from sinesweep.errors import PluginFault, SweepError
from sinesweep.safety import check_resources, unsafe_augmentations
from sinesweep.sections import Data
from sinesweep.sweepfile import dump, read_sweep

BASE = """
name: notes
data: {reader: folder, path: sounds%s}
features: [log_mel]
architectures: [cnn]
augmentations: %s
"""


@pytest.fixture
def sweep(tmp_path):
    """Reads a sweep with these augmentations over labels that tell so much."""

    def made(augmentations, labels=""):
        (tmp_path / "sounds").mkdir(exist_ok=True)
        (tmp_path / "sweep.yaml").write_text(BASE % (labels and f", labels: {labels}", augmentations))
        return read_sweep(tmp_path / "sweep.yaml")

    return made


def test_an_augmentation_that_changes_what_labels_tell_is_named_with_the_reason(sweep):
    (sentence,) = unsafe_augmentations(sweep("[gain, pitch_shift, noise]", "[pitch]"))
    assert sentence.startswith("augmentation 'pitch_shift' may change what the labels tell: pitch (which note it is")


def test_every_kind_of_label_is_told_and_every_augmentation(sweep):
    found = unsafe_augmentations(sweep("[speed, gain, polarity]", "[tempo, pitch, loudness]"))
    assert len(found) == 2
    assert "pitch (" in found[0]
    assert "tempo (" in found[0]
    assert "loudness (" in found[1]


def test_labels_that_nobody_described_and_augmentations_that_are_off_are_not_warned_about(sweep):
    assert unsafe_augmentations(sweep("[pitch_shift, gain, reversal]")) == []
    assert unsafe_augmentations(sweep("{pitch_shift: {enabled: false}}", "[pitch]")) == []


def test_what_a_reader_says_of_its_labels_counts_too(sweep, tmp_path):
    """Spoken digits played backwards are none."""
    made = sweep("[gain, reversal, pitch_shift]")
    spoken = made.model_copy(update={"data": Data(reader="fsdd", path=str(tmp_path), labels=("pitch",))})
    warned = [sentence.split("'")[1] for sentence in unsafe_augmentations(spoken)]
    assert warned == ["reversal", "pitch_shift"]


@pytest.mark.parametrize(
    ("reader", "settings", "warned"),
    [
        ("nsynth", {"label": "pitch"}, ["pitch_shift"]),
        ("nsynth", {"label": "velocity"}, ["gain"]),
        ("nsynth", {}, []),
        ("speech_commands", {"classes": "twelve"}, ["reversal", "time_mask"]),
        ("speech_commands", {"classes": "ten"}, ["reversal"]),
    ],
)
def test_what_labels_tell_may_hang_on_the_readers_settings(sweep, tmp_path, reader, settings, warned):
    made = sweep("[gain, pitch_shift, reversal, time_mask]")
    data = Data(reader=reader, path=str(tmp_path), **settings)
    told = unsafe_augmentations(made.model_copy(update={"data": data}))
    assert [sentence.split("'")[1] for sentence in told] == warned


def test_a_reader_that_cannot_say_what_its_labels_tell_is_named(sweep, monkeypatch):
    from sinesweep_plugins.datasets.folder import Folder

    monkeypatch.setattr(Folder, "tells", lambda self: {}["label"])
    with pytest.raises(PluginFault, match="reader 'folder' failed in tells: KeyError: 'label'"):
        unsafe_augmentations(sweep("[gain]"))


def test_a_kind_of_label_that_does_not_exist_is_refused(sweep):
    with pytest.raises(SweepError, match=r"data.labels: 'pich' is nothing that labels tell. Did you mean 'pitch'"):
        sweep("[gain]", "[pich]")


def test_what_labels_tell_survives_being_written_and_read(sweep, tmp_path):
    before = sweep("[gain]", "[pitch, key]")
    (tmp_path / "again.yaml").write_text(dump(before))
    assert read_sweep(tmp_path / "again.yaml") == before
    assert before.data.settings().keys() == {"path"}


def test_a_folder_is_taken_from_where_the_sweep_file_lies_and_must_be_there(sweep, tmp_path):
    made = sweep("[gain, background_noise: {folder: noises}, impulse_response: {folder: rooms}]")
    assert made.augmentations["background_noise"]["folder"] == str(tmp_path / "noises")
    with pytest.raises(SweepError) as told:
        check_resources(made)
    assert len(told.value.problems) == 2
    assert f"augmentations.background_noise: folder: {tmp_path / 'noises'} is no folder" in str(told.value)


def test_an_augmentation_that_is_off_needs_nothing(sweep):
    check_resources(sweep("{background_noise: {folder: noises, enabled: false}}"))


def test_a_plugin_that_fails_at_it_is_named(sweep, monkeypatch):
    from sinesweep_plugins.augmentations.gain import Gain

    monkeypatch.setattr(Gain, "check_resources", lambda self: {}["folder"])
    with pytest.raises(SweepError, match="augmentation 'gain' failed in check_resources: KeyError: 'folder'"):
        check_resources(sweep("[gain]"))
