"""The page that lies beside a saved model: its card, for people and for programs, written from facts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sinesweep.dataset import Task
from sinesweep.metrics import is_metric, metric
from sinesweep.report.short import flat
from sinesweep.wording import escaped, many
from sinesweep_runner.model.card import front_matter
from sinesweep_runner.model.limits import groups_of, limits_of
from sinesweep_runner.model.told import OF_TASK

Facts = Mapping[str, Any]

TITLES = {
    Task.CLASSIFICATION: "tells {} apart",
    Task.MULTI_LABEL: "labels {}",
    Task.REGRESSION: "measures {}",
}


def readme(facts: Facts) -> str:
    """What the model is, how to use it, what it learnt from, and how far to trust it, as Markdown."""
    front, task = facts["configuration"]["features"]["name"], Task(facts["task"])
    what = "vectors" if "columns" in facts else "sounds"
    sections = {
        "Use": _use(facts, task),
        "Data": _data(facts),
        "Scores": "\n\n".join(_scores(facts)),
        "Scores by group": groups_of(facts),
        "Limits": limits_of(facts),
        "Front end": _settings(facts, "features"),
        "Network": _settings(facts, "architecture"),
        "Versions": ", ".join(f"{name} {version}" for name, version in facts["versions"].items()),
    }
    body = "\n".join(f"## {title}\n\n{text}\n" for title, text in sections.items() if text)
    return f"""{front_matter(facts)}
# A model that {TITLES[task].format(what)}

It takes {_taken(facts)} and gives {_given(facts, task)}.
Front end `{front}`, network `{facts["configuration"]["architecture"]["name"]}`; all settings are in `model.json`.

{body}"""


def _taken(facts: Facts) -> str:
    length = facts["length"]
    if "columns" in facts:
        return f"vectors of {len(facts['columns'])} numbers, from the columns that `model.json` names,"
    seconds = length["samples"] / length["rate_hz"]
    return f"{seconds:g} s of sound at {length['rate_hz']} Hz (other clips: `{length['policy']}`)"


def _given(facts: Facts, task: Task) -> str:
    classes = [escaped(name) for name in facts["classes"]]
    if task is Task.REGRESSION:
        return "a value"
    if task is Task.CLASSIFICATION:
        return f"one of {len(classes)} classes: {', '.join(classes)}"
    fitted = " above thresholds that were fitted on validation clips" if "thresholds" in facts else ""
    return f"those of {len(classes)} labels{fitted}: {', '.join(classes)}"


def _use(facts: Facts, task: Task) -> str:
    """How to predict, on the command line and from Python, and what the Keras model takes."""
    vectors = "columns" in facts
    some, attribute = "some.csv" if vectors else "some.wav", OF_TASK[task][0]
    commands = [f"sinesweep predict . {some}{'' if vectors else ' a/folder/of/sounds'}"]
    if not vectors:
        when = "--hop-s 0.5" if task is Task.REGRESSION else "--segments"
        commands.append(f"sinesweep predict . a_long_recording.wav {when}    # when it was heard")
    return f"""```
{chr(10).join(commands)}
```

```python
from sinesweep_runner import Artifact, predict
model = Artifact.load(".")
print(predict(model, ["{some}"])[0].{attribute})
```

{_model(facts)}"""


def _model(facts: Facts) -> str:
    """What the Keras model takes."""
    if facts.get("takes", "waveforms") == "waveforms":
        samples = facts["length"]["samples"]
        what = "vectors" if "columns" in facts else "waveforms"
        answers = "values" if facts["task"] == Task.REGRESSION else "probabilities"
        return f"`model.keras` is one Keras model: float32 {what} `(batch, {samples})` in, {answers} out."
    name = facts["configuration"]["features"]["name"]
    return (
        f"`model.keras` takes the features that `{name}` computes from the sound beforehand, in Python:\n"
        f"`sinesweep predict` and `Artifact.answer` do both."
    )


def _data(facts: Facts) -> str:
    """What it learnt from, how that was split, and whose it is."""
    how = escaped(facts.get("split", {}).get("how", "How the clips were split was not recorded."))
    if not (data := facts.get("data")):
        return how
    clips, counts = data["clips"], data["classes"]
    groups = f" in {many(data['groups']['all'], 'group')}" if data["groups"] else ""
    lines = [
        f"`{escaped(data['name'])}`, read by `{data['reader']}`: {many(clips['all'], 'clip')}{groups};"
        f" {clips['trained']} trained this model, {clips['test']} were sealed as test.",
        f"{how}",
        "Clips of each class: " + ", ".join(f"{escaped(name)} {count}" for name, count in counts.items()) + "."
        if counts
        else "",
        f"Licence of the data: {escaped(data['licence'])}" if "licence" in data else "",
        f"Citation: {escaped(data['citation'])}" if "citation" in data else "",
        "Nobody has stated a licence for this model; write one into the first lines of this page.",
    ]
    return "\n\n".join(filter(None, lines))


def _scores(facts: Facts) -> Iterator[str]:
    """A table of every part that was scored, with 95 % intervals, and whose scores these are."""
    scores = facts.get("scores", {})
    if not scores:
        yield "Not measured."
        return
    rows = [
        f"| {part} | {name} | {metric(name).show(value)}{_interval(name, figures.get('intervals', {}))} |"
        for part, figures in scores.items()
        for name, value in figures["metrics"].items()
        if is_metric(name) and metric(name).tells(len(facts["classes"]))
    ]
    yield "\n".join(["| part | metric | score |", "|---|---|---|", *rows])
    yield _beside(facts)
    yield from (escaped(figures["of"]) for figures in scores.values() if "of" in figures)
    if "thresholds" in facts:
        yield (
            "The validation scores tell a label from a probability of 0.5 on; those of the test, and `predict`, from"
            " the fitted thresholds on."
        )


def _beside(facts: Facts) -> str:
    """What the baseline reads on the same clips."""
    baseline, test = facts.get("baseline"), facts["scores"].get("test", {})
    if baseline is None:
        return "No baseline was run beside it."
    judged, on_test = metric(baseline["objective"]), ""
    if "baseline" in test:
        around = {judged.name: test["baseline_interval"]} if "baseline_interval" in test else {}
        on_test = f", {judged.show(test['baseline'])}{_interval(judged.name, around)} on the test clips"
    return (
        f"The baseline `{baseline['name']}`, for comparison: {judged.name} {judged.show(baseline['validation'])} on the"
        f" validation clips{on_test}."
    )


def _interval(name: str, intervals: Mapping[str, Any]) -> str:
    if name not in intervals:
        return ""
    low, high = intervals[name]
    return f" (95 %: {metric(name).show(low)} … {metric(name).show(high)})"


def _settings(facts: Facts, section: str) -> str:
    """A plugin's settings as a table."""
    settings = {name: value for name, value in flat(facts["configuration"][section]).items() if name != "name"}
    rows = [f"| {escaped(name)} | {escaped(str(value))} |" for name, value in settings.items()]
    title = f"`{facts['configuration'][section]['name']}`"
    return "\n".join([title, "", "| setting | value |", "|---|---|", *rows]) if rows else title
