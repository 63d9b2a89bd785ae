"""A sweep in other people's tools: optuna-dashboard on loopback; TensorBoard and MLflow, which read its runs back."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from sinesweep.record import Record
from sinesweep.report.short import flat
from sinesweep.sweepfile import check_document
from sinesweep.trial import State
from sinesweep_runner import run, tracking
from sinesweep_runner.sweepfolder import SweepFolder

COMMAND = (sys.executable, "-m", "sinesweep_runner")


@pytest.fixture(scope="module")
def folder(tones, tmp_path_factory):
    """A sweep of two good trials and one that cannot be built."""
    document = {
        "name": "tönes",
        "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
        "split": {"test": 0.2, "valid": 0.25},
        "features": {"log_mel": {"n_mels": [20, 24], "window_ms": 32.0, "hop_ms": 32.0}},
        "architectures": {"mlp": {"layers": 1, "units": 32}},
        "fit": {"epochs": 2, "batch_size": 16},
        "search": {"startup_trials": 2, "pruner": "none"},
        "budget": {"trials": 2},
        "workers": {"count": 1},
    }
    return run(check_document(document), tmp_path_factory.mktemp("sweeps") / "tones", finalize=False).folder


@pytest.fixture
def results(folder):
    place = SweepFolder(folder)
    return Record.of(place.begun(), place.storage(place.begun())).results()


def test_tensorboard_reads_every_trial_with_its_settings_curves_and_scores(folder, results, tmp_path, sinesweep):
    pytest.importorskip("tensorboard", reason="sinesweep[tensorboard] is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    said = sinesweep("runs", folder, "--to", "tensorboard", "--out", tmp_path / "runs")
    assert (said.code, f"tensorboard --logdir {tmp_path / 'runs'}" in said.out) == (0, True)
    assert len(list((tmp_path / "runs").iterdir())) == len(results) + 1  # the baseline
    for result in results:
        read = EventAccumulator(str(tmp_path / "runs" / f"trial-{result.trial.number:05d}")).Reload()
        assert read.Scalars("accuracy")[0].value == pytest.approx(result.metrics["accuracy"])
        curve = [epoch["accuracy"] for epoch in result.folds[0].history]
        told = [(event.step, event.value) for event in read.Scalars("epochs/accuracy")]
        assert told == [(step, pytest.approx(value)) for step, value in enumerate(curve, start=1)]
        notes = read.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
        settings = HParamsPluginData.FromString(notes).session_start_info.hparams
        assert settings["features.log_mel.n_mels"].number_value == result.trial.config["features"]["n_mels"]
        assert set(settings) == set(flat(result.trial.config))


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow 3 and SQLAlchemy 2.1
def test_mlflow_reads_every_trial_with_its_settings_curves_and_scores(folder, results, tmp_path, sinesweep):
    mlflow = pytest.importorskip("mlflow", reason="sinesweep[mlflow] is not installed")
    out = tmp_path / "with blank"
    assert sinesweep("runs", folder, "--to", "mlflow", "--out", out).code == 0
    client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{out / 'mlflow.db'}")
    (experiment,) = client.search_experiments(filter_string="name = 'tönes'")
    runs = {each.info.run_name: each for each in client.search_runs([experiment.experiment_id])}
    assert len(runs) == len(results) + 1
    for result in results:
        read = runs[f"trial-{result.trial.number:05d}"]
        assert read.data.metrics["accuracy"] == pytest.approx(result.metrics["accuracy"])
        assert read.data.params["features.log_mel.n_mels"] == str(result.trial.config["features"]["n_mels"])
        assert read.data.tags["state"] == State.COMPLETE
        assert read.info.end_time - read.info.start_time == pytest.approx(1000 * result.seconds, abs=2000)
        curve = client.get_metric_history(read.info.run_id, "epochs/accuracy")
        told = [(each.step, each.value) for each in curve]
        assert told == [(step + 1, epoch["accuracy"]) for step, epoch in enumerate(result.folds[0].history)]


def test_runs_are_not_written_twice_into_one_folder(folder, tmp_path, sinesweep):
    (tmp_path / "something").touch()
    said = sinesweep("runs", folder, "--to", "tensorboard", "--out", tmp_path)
    assert (said.code, "is not empty" in said.err) == (2, True)


def test_a_tool_that_is_not_installed_is_named_with_the_way_to_it(folder, tmp_path, sinesweep, monkeypatch):
    monkeypatch.delitem(sys.modules, "sinesweep_runner.tracking.mlflow", raising=False)
    monkeypatch.delattr(tracking, "mlflow", raising=False)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    said = sinesweep("runs", folder, "--to", "mlflow", "--out", tmp_path / "runs")
    assert (said.code, "pip install 'sinesweep[mlflow]'" in said.err) == (2, True)


def test_the_dashboard_shows_the_study_on_loopback_until_ctrl_c(folder):
    pytest.importorskip("optuna_dashboard", reason="sinesweep[dashboard] is not installed")
    command = [*COMMAND, "dashboard", folder, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            address = line.split()[0]
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(address.replace("dashboard/", "api/studies")) as answer:
                names = [each["study_name"] for each in json.load(answer)["study_summaries"]]
            assert names == ["tönes"]
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 130
        finally:
            process.kill()
        assert "Traceback" not in process.stderr.read()


def test_a_port_that_is_taken_is_said_with_the_way_out(folder, sinesweep):
    pytest.importorskip("optuna_dashboard", reason="sinesweep[dashboard] is not installed")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        said = sinesweep("dashboard", folder, "--port", held.getsockname()[1])
    assert (said.code, "--port" in said.err) == (2, True)


def test_there_is_nothing_to_show_of_a_folder_without_a_sweep(tmp_path, sinesweep):
    for command in (["dashboard", tmp_path], ["runs", tmp_path, "--to", "mlflow"]):
        said = sinesweep(*command)
        assert (said.code, "holds no sweep" in said.err) == (2, True)
