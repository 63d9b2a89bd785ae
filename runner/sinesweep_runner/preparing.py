"""From a sweep to the material of its trials: read, scan, split, decode once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sinesweep import registry
from sinesweep.blame import blaming
from sinesweep.dataset import Clip, Dataset, Task
from sinesweep.errors import PluginFault, SweepError, UserError
from sinesweep.lengths import Length
from sinesweep.metrics import is_metric
from sinesweep.objectives import LATENCY
from sinesweep.ranges import Pinned
from sinesweep.safety import check_resources
from sinesweep.sections import Audio
from sinesweep.settings import make
from sinesweep.settle import settle
from sinesweep.split import Split, hold_out, make_split
from sinesweep.sweep import Sweep
from sinesweep_runner import backend
from sinesweep_runner.datachange import change
from sinesweep_runner.sound.problemlist import list_problems
from sinesweep_runner.sound.scan import ScanReport, apply_policy, no_scan, scan
from sinesweep_runner.sound.waveforms import WaveformStore
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.training.featurecache import cache_limit
from sinesweep_runner.training.material import Material
from sinesweep_runner.training.optimizers import check_installed
from sinesweep_runner.training.train import HELD_SHARE

Progress = Callable[[str], Callable[[int, int], None]]

LONGEST_S = 10.0
"""Where the file says nothing, the network sees at most so much of a clip."""


@dataclass(frozen=True)
class Table:
    """What is known before a sound is opened; `sweep` says all that the file left open for the data's task."""

    sweep: Sweep
    dataset: Dataset
    split: Split


@dataclass(frozen=True)
class Prepared:
    """What is known before the first trial."""

    dataset: Dataset
    scan: ScanReport
    split: Split
    length: Length

    def fingerprint(self) -> str:
        """Names data and split together."""
        return self.split.fingerprint(self.dataset)


def read_table(sweep: Sweep) -> Table:
    """Reads the table and splits it.

    Raises:
        UserError: Keras' backend is not there.
        SweepError: a file, folder or package that an augmentation needs is not there; the installed Keras has no such
            optimizer; the limit of the cache of features is no number; objective, losses, baseline or front ends do not
            fit the data.
        DatasetError: the data cannot be used; the message names the files or classes.
        PluginFault: the reader raises anything else, or gives no data set.
    """
    backend.check_installed()
    check_resources(sweep)
    check_installed(sweep.space().fit.values("optimizer") or ())
    cache_limit()
    dataset = _read(sweep)
    sweep = settle(sweep, dataset)
    split = make_split(dataset, sweep.split, sweep.search.seed)
    if sweep.space().fit.ranges["patience"] != Pinned(0):
        _check_patience(dataset, split)
    return Table(sweep, dataset, split)


def _read(sweep: Sweep) -> Dataset:
    name = sweep.data.reader
    reader = make(registry.load("datasets", name), sweep.data.settings(), "data")
    with blaming("reader", name, "read", UserError):
        dataset = reader.read()
    if not isinstance(dataset, Dataset):
        raise PluginFault("reader", name, "read", f"it gives {type(dataset).__name__}, expected a sinesweep.Dataset")
    return dataset


def _check_patience(dataset: Dataset, split: Split) -> None:
    """Early stopping needs a part of every training part for itself; raises DatasetError where there is none."""
    for fold in split.folds:
        hold_out(fold.train, dataset.targets(), dataset.groups(), HELD_SHARE, seed=0)


def look(
    table: Table, sweep: Sweep, store: WaveformStore, progress: Progress, problems: Path | None = None
) -> Prepared:
    """Scans the files; where some are left out, splits anew. Vectors need no scan.

    Args:
        problems: the file in which every problem is listed, where there are any; None to list them nowhere.

    Raises:
        DatasetError: too many sounds cannot be used, or those left cannot be split; the message names them.
        SweepError: `problems` cannot be written.
    """
    if table.dataset.columns:
        length = Length("pad", rate_hz=1, samples=len(table.dataset.columns))
        return Prepared(table.dataset, no_scan(table.dataset), table.split, length)
    report = scan(table.dataset, store, progress("scanning"), sweep.audio.rate_hz)
    if problems is not None:
        report = list_problems(report, problems)
    dataset = apply_policy(table.dataset, report, sweep.audio.problems)
    split = table.split if dataset is table.dataset else make_split(dataset, sweep.split, sweep.search.seed)
    return Prepared(dataset, report, split, length_of(sweep.audio, report, split))


def material_of(prepared: Prepared, sweep: Sweep, store: WaveformStore, progress: Progress) -> Material:
    """Decodes every clip into the waveform store. No fold of the material names a sealed clip."""
    dataset, length = prepared.dataset, prepared.length
    files = entries_of(prepared, store, progress("decoding"))
    return Material(
        classes=dataset.classes,
        task=dataset.task,
        waveforms=tuple(str(file) for file in files),
        targets=dataset.targets(),
        groups=tuple(dataset.groups()),
        folds=prepared.split.folds,
        length=length,
        objective=sweep.search.objective,
        columns=dataset.columns,
        limits=sweep.limits.asked(),
        kept=sweep.budget.keep_checkpoints > 0,
        also=tuple(name for name in sweep.search.objectives[1:] if is_metric(name)),
        timed=LATENCY in (*sweep.search.objectives, *sweep.limits.asked()),
    )


def entries_of(
    prepared: Prepared, store: WaveformStore, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Path]:
    """The store's entry of every clip: its waveform, or its vector. Raises as `WaveformStore.prepare` does."""
    clips = prepared.dataset.clips
    if prepared.dataset.columns:
        return store.prepare_vectors([clip.vector for clip in clips])
    return store.prepare(clips, prepared.length.rate_hz, progress)


def length_of(audio: Audio, report: ScanReport, split: Split) -> Length:
    """The waveform that the network sees; what the file leaves open is measured on the clips that are not sealed."""
    seen = sorted(set(range(len(report.rates_hz))) - set(split.test))
    rate_hz = audio.rate_hz or Counter(report.rates_hz[i] for i in seen).most_common(1)[0][0]
    longest_s = _quantile([report.durations_s[i] for i in seen], 0.95)
    seconds = audio.seconds or max(0.01, min(LONGEST_S, round(longest_s, 2)))
    hop_s = audio.hop_s or seconds / 2
    return Length(audio.length, rate_hz, max(1, round(seconds * rate_hz)), max(1, round(hop_s * rate_hz)))


def _quantile(values: Sequence[float], share: float) -> float:
    """As `numpy.quantile`, to the last bit; that one loads `numpy.ma`, for a check the dearest part of it."""
    ordered = sorted(values)
    below, between = divmod(share * (len(ordered) - 1), 1)
    low, high = ordered[int(below)], ordered[min(int(below) + 1, len(ordered) - 1)]
    return high - (high - low) * (1 - between) if between >= 0.5 else low + (high - low) * between


def record_split(prepared: Prepared, folder: SweepFolder) -> None:
    """Writes which clip stands where; on resume, sees that it still does.

    Raises:
        SweepError: the data are not those that this sweep began with.
    """
    before, now = folder.recall(folder.split_file), _facts(prepared)
    if before is not None and before["fingerprint"] != now["fingerprint"]:
        raise SweepError(
            f"{folder.path}: the data set has changed since this sweep began: {change(before, now)}. Bring back what it"
            " was, or begin a new sweep with `sinesweep run --out …`"
        )
    folder.record(folder.split_file, now)


def _facts(prepared: Prepared) -> dict[str, Any]:
    dataset, split = prepared.dataset, prepared.split
    return {
        "fingerprint": prepared.fingerprint(),
        "how": split.how,
        "dataset": dataset.name,
        "task": dataset.task,
        "classes": dataset.classes,
        "columns": dataset.columns,
        "length": asdict(prepared.length),
        "clips": [
            {"path": clip.path, **_part(clip), **_answer(clip, dataset.task), "group": group}
            for clip, group in zip(dataset.clips, dataset.groups(), strict=True)
        ],
        "folds": [{"train": fold.train, "valid": fold.valid} for fold in split.folds],
        "test": split.test,
    }


def _part(clip: Clip) -> dict[str, float]:
    """Which part of its file a clip is; nothing where it is all of it."""
    stop = {} if clip.stop_s is None else {"stop_s": clip.stop_s}
    return ({"start_s": clip.start_s} if clip.start_s else {}) | stop


def _answer(clip: Clip, task: Task) -> dict[str, Any]:
    """What a clip is, as its task says it."""
    if task is Task.MULTI_LABEL:
        return {"labels": clip.labels}
    return {"value": clip.value} if task is Task.REGRESSION else {"label": clip.label}
