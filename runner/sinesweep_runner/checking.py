"""`sinesweep check`: what a sweep will be like, before anything is trained; without Keras, but for limits."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sinesweep import limits
from sinesweep.configuration import make_baseline
from sinesweep.contract import Shape
from sinesweep.dataset import Dataset
from sinesweep.errors import Infeasible, PluginFault, SweepError
from sinesweep.finalists import entry
from sinesweep.objectives import LATENCY
from sinesweep.report.words import asked_of, label_word, title
from sinesweep.safety import unsafe_augmentations
from sinesweep.survey import Survey, survey
from sinesweep.sweep import Sweep
from sinesweep.sweepfile import read_sweep
from sinesweep.trial import Config
from sinesweep.wording import duration, many
from sinesweep_runner import backend
from sinesweep_runner.catalogue import markdown_table
from sinesweep_runner.machine import this_machine
from sinesweep_runner.placement import CORES, plan_workers, trainings_at_once
from sinesweep_runner.preparing import Prepared, entries_of, look, read_table
from sinesweep_runner.quarters import quarters
from sinesweep_runner.sound.audit import Audit, audit
from sinesweep_runner.sound.problemlist import write_list
from sinesweep_runner.sound.waveforms import default_store
from sinesweep_runner.training import assembly, drybuild

CELLS_A_SECOND = 2.0e6
"""Feature cells (frames × bins) that one core trains on in a second, by the default `cnn`; see benchmarks/README.md."""

SECONDS_A_TRIAL = 4.0
"""What a trial takes beside its epochs: building, tracing, extracting features."""

SHOWN_CLASSES = 20

BUILT = 40
"""So many networks are built to see what the limits leave out."""


def check_sweep(file: Path, overrides: Sequence[str] = (), problems: Path | None = None) -> str:
    """Reads a sweep file and its data, and says what it found.

    Args:
        overrides: `key=value`, as on the command line.
        problems: a file in which to list every problem of the sounds; a list without any where all are well.

    Raises:
        UserError: the file or the data cannot be used; every problem that was found.
    """
    sweep = read_sweep(file, overrides)
    store = default_store()
    table = read_table(sweep)
    sweep = table.sweep
    prepared = look(table, sweep, store, lambda what: quarters(what, _aside), problems)
    if problems is not None and prepared.scan.listed is None:  # who asked for a list is to find one
        prepared = replace(prepared, scan=write_list(prepared.scan, problems))
    files = entries_of(prepared, store)
    baseline = None if sweep.baseline is None else make_baseline(sweep.baseline)
    seen = audit(
        prepared.dataset, prepared.split, files, baseline, prepared.length.rate_hz, sweep.search.seed, store.folder
    )
    found = survey(sweep.space(), lambda config: assembly.check(config, prepared.length))
    if found.share == 1:
        raise SweepError(_nothing_works(sweep, found))
    parts = (_data(prepared), _split(prepared, seen), _space(sweep, found), _limits(sweep, prepared))
    return "\n\n".join(filter(None, (*parts, _time(sweep, prepared, found))))


def _aside(line: str) -> None:
    """One line beside what was asked for, while somebody waits for it."""
    print(line, file=sys.stderr)


def _data(prepared: Prepared) -> str:
    dataset, scan = prepared.dataset, prepared.scan
    lines = [f"Data: {dataset.name}, {many(len(dataset.clips), 'clip')}, {asked_of(dataset.task, dataset.classes)}"]
    lines += [*([] if dataset.columns else _sounds(prepared)), _answers(prepared), _seen(prepared)]
    warnings = (*dataset.notes, *scan.warnings())
    return "\n".join([*lines, *(f"  {line}" for text in warnings for line in text.splitlines())])


def _sounds(prepared: Prepared) -> list[str]:
    scan = prepared.scan
    rates = ", ".join(f"{rate} Hz ({count})" for rate, count in Counter(scan.rates_hz).most_common())
    channels = ", ".join(f"{n} ({count})" for n, count in Counter(scan.channels).most_common())
    lengths = sorted(scan.durations_s)
    return [
        f"  rates: {rates}; channels: {channels}",
        f"  durations: {lengths[0]:.2f} … {lengths[-1]:.2f} s, median {lengths[len(lengths) // 2]:.2f} s",
    ]


def _answers(prepared: Prepared) -> str:
    """How the answers are spread: over groups where there are any."""
    dataset = prepared.dataset
    if not dataset.classes:
        return _values(dataset)
    what, counts = ("groups", prepared.scan.groups_by_class) if dataset.grouped else ("clips", dataset.class_counts())
    return f"  {what} a {label_word(dataset.task)}: {_by_class(counts)}"


def _values(dataset: Dataset) -> str:
    values = sorted(clip.value or 0.0 for clip in dataset.clips)
    return f"  values: {values[0]:.4g} … {values[-1]:.4g}, median {values[len(values) // 2]:.4g}"


def _seen(prepared: Prepared) -> str:
    length, columns = prepared.length, prepared.dataset.columns
    if columns:
        return f"  the network sees vectors of {many(len(columns), 'number')}"
    return f"  the network sees {length.samples / length.rate_hz:g} s at {length.rate_hz} Hz ({length.policy})"


def _by_class(counts: Mapping[str, int]) -> str:
    if len(counts) > SHOWN_CLASSES:
        return f"{min(counts.values())} … {max(counts.values())}"
    return ", ".join(f"{label} {count}" for label, count in counts.items())


def _split(prepared: Prepared, seen: Audit) -> str:
    classes = tuple(seen.parts[0].classes)
    sizes = ("groups", "clips") if prepared.dataset.grouped else ("clips",)
    titles = ("part", *sizes, *(classes if len(classes) <= SHOWN_CLASSES else ("fewest", "most")))
    rows = []
    for part in seen.parts:
        counts = [part.classes.get(label, 0) for label in classes]
        shown = counts if len(classes) <= SHOWN_CLASSES else [min(counts), max(counts)]
        rows.append((part.part, *map(str, [*[part.groups, part.clips][-len(sizes) :], *shown])))
    lines = [f"Split: {seen.how}", markdown_table(titles, rows)]
    if seen.comparison is not None:
        compared = seen.comparison
        random, grouped = compared.shown()
        lines.append(
            f"The baseline's {title(compared.metric)} over {compared.folds} folds: {random} where clips are split at"
            f" random, {grouped} where each {compared.by} stays together."
        )
    else:
        lines.append(f"The baseline on a random and on a grouped split was not compared: {seen.why_none}.")
    return "\n".join([*lines, *(f"WARNING: {flag}" for flag in seen.red_flags())])


def _nothing_works(sweep: Sweep, found: Survey) -> str:
    reasons = "; ".join(reason for reason, _ in found.reasons[:3])
    return (
        f"no configuration of {', '.join(sweep.architectures)} on {', '.join(sweep.features)} can work, among all that"
        f" were tried by arithmetic: {reasons}. Choose other architectures or other features, or change those ranges"
    )


def _space(sweep: Sweep, found: Survey) -> str:
    space = sweep.space()
    size = space.size()
    count = "infinitely many configurations" if math.isinf(size) else f"up to {size:,.0f} configurations"
    lines = [f"Space: {many(len(space.dimensions()), 'dimension')}, {count}"]
    lines += [f"  {name}: {domain}" for name, domain in space.dimensions().items()]
    lines += [f"  {note}" for note in space.notes()]
    because = ", because" if found.reasons else ""
    lines.append(f"Infeasible: {found.share:.0%} of it, by arithmetic alone; no network was built{because}")
    lines += [f"  {count} of {found.looks} that were tried, such as: {reason}" for reason, count in found.reasons]
    return "\n".join([*lines, *(f"WARNING: {sentence}" for sentence in unsafe_augmentations(sweep))])


def _limits(sweep: Sweep, prepared: Prepared) -> str:
    """How much of the space the limits leave out; networks have to be built for that, and Keras loaded.

    Raises:
        SweepError: none of those that were built keeps the limits.
    """
    asked, costs = sweep.limits.asked(), list[dict[str, float]]()
    if not asked.keys() - {LATENCY}:
        return ""
    backend.load()
    task, outputs = prepared.dataset.task, prepared.dataset.outputs

    def check(config: Config) -> Shape:
        try:
            known = drybuild.dry_build(config, prepared.length, task, outputs)
        except (Infeasible, PluginFault):  # the survey by arithmetic, or the trial, tells of it
            return ()
        costs.append(known)
        limits.check(asked, known)
        return ()

    found = survey(sweep.space(), check, BUILT)
    if costs and all(limits.excess(asked, each) for each in costs):
        nearest = min(costs, key=lambda each: sum(limits.excess(asked, each).values()))
        raise SweepError(
            f"limits: {many(len(costs), 'network')} of this space were built, and none keeps them; the nearest:"
            f" {limits.told(asked, nearest)}. Raise the limits, or choose smaller networks or narrower ranges"
        )
    lines = [f"Limits: {found.share:.0%} of it costs too much" + (", because" if found.reasons else "")]
    lines += [f"  {count} of {BUILT} that were built, such as: {reason}" for reason, count in found.reasons]
    if LATENCY in asked:
        lines.append("  how many answer too slowly, only their trials can tell")
    return "\n".join(lines)


def _time(sweep: Sweep, prepared: Prepared, found: Survey) -> str:
    """A rough estimate, from the size of the features alone."""
    plan = plan_workers([this_machine()], sweep.workers, trainings_at_once(sweep))
    clips = sum(len(fold.train) + len(fold.valid) / 3 for fold in prepared.split.folds)
    seconds = SECONDS_A_TRIAL + clips * found.epochs * found.cells / (CELLS_A_SECOND * min(plan.cpus, CORES))
    searched, trials = seconds * sweep.budget.trials, sweep.budget.trials
    finals = entry(sweep.finalists, [seconds] * trials, searched, None, plan.count)
    total = (searched + seconds * finals.trials * finals.seeds) / plan.count
    again = f" and {finals.trials} finalists with {many(finals.seeds, 'fresh seed')} each" if finals.trials else ""
    limit = f", at most {sweep.budget.hours:g} h" if sweep.budget.hours else ""
    return (
        f"Time: very roughly {duration(total)} for {many(trials, 'trial')}{again} on"
        f" {many(plan.count, 'worker')}{limit}, by the default network; larger networks take longer, pruning makes"
        " it less"
    )
