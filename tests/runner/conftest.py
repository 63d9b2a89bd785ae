"""Material for the tests of the engine: two pitches in noise, and small sweeps on `tones`.

Fixtures:
    make_material: material of tones, a `.npy` file a clip; by default 2 folds of 24 clips of 0.5 s at 4 kHz.
    claim: gives somebody's package plugins that have the names of others.
    make_config: a full configuration that learns those tones in a few epochs; keywords replace its sections.
    tone_sweep: a sweep document that trains in seconds; keywords replace its sections.
    write_sweep: the same, written to a sweep file.
    sinesweep: calls the command line in this process; what it said, and its exit code.
    nodes: a Ray cluster of simulated machines, which may join and leave.
    ray_head: starts a Ray in another process, by another Python too; gives the address to join.
    cluster_sweep: a sweep that runs there.
    at_report: has something done when the sweep has come to so many reports.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sinesweep import registry
from sinesweep.dataset import Task
from sinesweep.lengths import Length
from sinesweep.split import Fold
from sinesweep.sweepfile import check_document
from sinesweep_runner import cli
from sinesweep_runner.training.material import Material
from sinesweep_runner.watch import Watch

RATE_HZ = 4000


@pytest.fixture(autouse=True, scope="session")
def _engine_plugins() -> None:
    """Lets configurations name the classes of `engine_plugins.py`."""
    sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def make_material(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Material]:
    def make(length: Length | None = None, seconds: float = 0.5, clips: int = 48, folds: int = 2) -> Material:
        rng = np.random.default_rng(0)
        time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
        files, folder = [], tmp_path_factory.mktemp("tones")
        for number in range(clips):
            pitch_hz = (300, 900)[number % 2] * rng.uniform(0.9, 1.1)
            wave = 0.2 * np.sin(2 * np.pi * pitch_hz * time) + 0.1 * rng.standard_normal(len(time))
            # Named by its content, as an entry of the waveform store is.
            files.append(folder / f"{hashlib.sha256(wave.tobytes()).hexdigest()}.npy")
            np.save(files[-1], wave.astype(np.float32))
        halves = [tuple(range(clips // 2)), tuple(range(clips // 2, clips))]
        return Material(
            classes=("low", "high"),
            task=Task.CLASSIFICATION,
            waveforms=tuple(map(str, files)),
            targets=tuple(number % 2 for number in range(clips)),
            groups=tuple(f"recording {number // 2}" for number in range(clips)),
            folds=(Fold(halves[0], halves[1]), Fold(halves[1], halves[0]))[:folds],
            length=length or Length("pad", RATE_HZ, RATE_HZ // 2),
            objective="accuracy",
        )

    return make


@pytest.fixture(scope="session")
def make_config() -> Callable[..., dict]:
    def make(**sections: object) -> dict:
        fit = {"epochs": 4, "batch_size": 8, "learning_rate": 0.01, **sections.pop("fit", {})}
        return {
            "features": {"name": "log_mel", "n_mels": 20},
            "architecture": {"name": "engine_plugins:TinyNet"},
            "loss": {"name": "cross_entropy", "label_smoothing": 0.0},
            "augmentations": [],
            "fit": fit,
            **sections,
        }

    return make


@pytest.fixture
def claim(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`claim({"features": ["log_mel"]})`: from now on somebody's package, `kit`, has plugins of these names too."""

    def put(names: Mapping[str, Iterable[str]]) -> None:
        info = tmp_path_factory.mktemp("site") / "kit-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kit\nVersion: 1.0\n")
        groups = ["\n".join([f"[sinesweep.{kind}]", *(f"{name} = kit:Any" for name in names[kind])]) for kind in names]
        (info / "entry_points.txt").write_text("\n".join(groups))
        monkeypatch.syspath_prepend(str(info.parent))
        for known in (registry._entry_points, registry.load):
            monkeypatch.setattr(registry, known.__name__, cache(known.__wrapped__))

    return put


@pytest.fixture
def tone_sweep(tones: Path) -> Callable[..., dict]:
    """A sweep document on `tones` that trains in seconds; keywords replace its sections, None leaves one out."""

    def make(**sections: object) -> dict:
        document = {
            "name": "tones",
            "data": {"reader": "folder", "path": str(tones), "group": r"(\w+/rec\d+)"},
            "split": {"test": 0.2, "valid": 0.25},
            "features": {"log_mel": {"n_mels": 20, "window_ms": 32.0, "hop_ms": 32.0, "compression": "db"}},
            "architectures": {"mlp": {"layers": 1, "units": [32, 64], "norm": "batch"}},
            "fit": {"epochs": 2, "batch_size": 16, "learning_rate": {"low": 1e-3, "high": 1e-2}},
            "budget": {"trials": 4},
            "workers": {"count": 1},
        }
        return {key: value for key, value in (document | sections).items() if value is not None}

    return make


@pytest.fixture
def write_sweep(tone_sweep: Callable[..., dict], tmp_path: Path) -> Callable[..., Path]:
    """Writes `tone_sweep(…)` to a sweep file of its own."""

    def write(**sections: object) -> Path:
        file = tmp_path / f"sweep{len(list(tmp_path.glob('sweep*.yaml')))}.yaml"
        file.write_text(json.dumps(tone_sweep(**sections)), encoding="utf-8")
        return file

    return write


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def sinesweep(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Calls the command line in this process."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["sinesweep", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.app()
        told = capfd.readouterr()
        assert "Traceback" not in told.err
        return Said(end.value.code or 0, told.out, told.err)

    return call


class Nodes:
    """A cluster to which nodes are added, and from which they are removed."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(initialize_head=True, head_node_args=self._having(cpus=1))
        self.address = self._cluster.address

    def add(self, **resources):
        return self._cluster.add_node(**self._having(**resources))

    def remove(self, node) -> None:
        """Kills its processes, as a machine does that is switched off."""
        self._cluster.remove_node(node, allow_graceful=False)

    def kill_head(self) -> None:
        [head] = self._cluster.head_node.all_processes["gcs_server"]
        head.process.kill()

    def close(self) -> None:
        import ray

        ray.shutdown()
        self._cluster.shutdown()

    @staticmethod
    def _having(cpus=1, gpus=0, **more):
        return {
            "num_cpus": cpus,
            "num_gpus": gpus,
            "include_dashboard": False,
            "object_store_memory": 80 * 2**20,
            **more,
        }


@pytest.fixture
def nodes():
    """A cluster of one node, on loopback."""
    from sinesweep_runner.executors import connection  # Ray, which most tests do without

    with connection.on_loopback():
        cluster = Nodes()
        yield cluster
        cluster.close()


HEAD = """
from ray._private import ray_constants
ray_constants.ENABLE_RAY_CLUSTER = False
import ray, sys
there = ray.init("local", num_cpus=int(sys.argv[1]), include_dashboard=False, log_to_driver=False)
print(there.address_info["gcs_address"], flush=True)
input()
"""


@pytest.fixture
def ray_head():
    """A Ray with so many cores in a process of its own, on loopback; it asks for a token if this process has one: a Ray
    that was started here before has made it so."""
    import ray

    from sinesweep_runner.executors import connection

    environment = os.environ | {"RAY_AUTH_MODE": os.environ.get("RAY_AUTH_MODE", "disabled")}
    with ExitStack() as stack:

        def start(cpus: int, python: Path | str = sys.executable) -> str:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
            head = stack.enter_context(subprocess.Popen([python, "-c", HEAD, str(cpus)], env=environment, **pipes))
            stack.callback(head.communicate, "\n")
            stack.enter_context(connection.on_loopback())
            stack.callback(ray.shutdown)
            return head.stdout.readline().strip()

        yield start


@pytest.fixture
def cluster_sweep(tone_sweep):
    """A sweep of so many trials on the cluster at an address; forty epochs last some seconds."""

    def make(address, trials, epochs, **workers):
        return check_document(
            tone_sweep(
                fit={"epochs": epochs, "batch_size": 8, "learning_rate": {"low": 1e-3, "high": 1e-2}},
                search={"pruner": "none", "sampler": "random"},
                budget={"trials": trials},
                finalists={"trials": 0},
                workers={"address": address, **workers},
            )
        )

    return make


@pytest.fixture
def at_report(monkeypatch):
    """Has something done when the sweep has come to so many reports."""

    def plan(deeds):
        seen, reported = [], Watch.reported

        def look(watch, report):
            seen.append(report.number)
            if len(seen) in deeds:
                deeds[len(seen)]()
            reported(watch, report)

        monkeypatch.setattr(Watch, "reported", look)

    return plan
