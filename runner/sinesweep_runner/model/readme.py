"""The page that lies beside a saved model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sinesweep.dataset import Task
from sinesweep.metrics import METRICS
from sinesweep_runner.model.told import OF_TASK

TITLES = {
    Task.CLASSIFICATION: "tells {} apart",
    Task.MULTI_LABEL: "labels {}",
    Task.REGRESSION: "measures {}",
}


def readme(facts: Mapping[str, Any]) -> str:
    """What the model is, how to use it, and how far to trust it, as Markdown."""
    versions, configuration = facts["versions"], facts["configuration"]
    vectors, task = "columns" in facts, Task(facts["task"])
    return f"""# A model that {TITLES[task].format("vectors" if vectors else "sounds")}

It takes {_taken(facts)} and gives {_given(facts, task)}.
Front end `{configuration["features"]["name"]}`, network `{configuration["architecture"]["name"]}`; all settings are \
in `model.json`.

## Use

```
sinesweep predict . {"some.csv" if vectors else "some.wav a/folder/of/sounds"}
```

```python
from sinesweep_runner import Artifact, predict
print(predict(Artifact.load("."), ["{"some.csv" if vectors else "some.wav"}"])[0].{OF_TASK[task][0]})
```

{_model(facts)}

## Scores

{_scores(facts.get("scores", {}))}
{_decided(facts)}
{facts.get("split", {}).get("how", "How the clips were split was not recorded.")}

Written by Sinesweep {versions["sinesweep"]} with Keras {versions["keras"]} on {versions["backend"]}.
"""


def _taken(facts: Mapping[str, Any]) -> str:
    length = facts["length"]
    if "columns" in facts:
        return f"vectors of {len(facts['columns'])} numbers, from the columns that `model.json` names,"
    seconds = length["samples"] / length["rate_hz"]
    return f"{seconds:g} s of sound at {length['rate_hz']} Hz (other clips: `{length['policy']}`)"


def _given(facts: Mapping[str, Any], task: Task) -> str:
    classes = facts["classes"]
    if task is Task.REGRESSION:
        return "a value"
    if task is Task.CLASSIFICATION:
        return f"one of {len(classes)} classes: {', '.join(classes)}"
    fitted = " above thresholds that were fitted on validation clips" if "thresholds" in facts else ""
    return f"those of {len(classes)} labels{fitted}: {', '.join(classes)}"


def _model(facts: Mapping[str, Any]) -> str:
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


def _scores(scores: Mapping[str, Mapping[str, Any]]) -> str:
    if not scores:
        return "Not measured."
    rows = [
        f"| {part} | {name} | {METRICS[name].show(value)}{_interval(name, figures.get('intervals', {}))} |"
        for part, figures in scores.items()
        for name, value in figures["metrics"].items()
        if name in METRICS
    ]
    return "\n".join(["| part | metric | score |", "|---|---|---|", *rows])


def _decided(facts: Mapping[str, Any]) -> str:
    if "thresholds" not in facts:
        return ""
    return (
        "\nThe validation scores tell a label from a probability of 0.5 on; those of the test, and `predict`, from the"
        " fitted\nthresholds on.\n"
    )


def _interval(name: str, intervals: Mapping[str, Any]) -> str:
    if name not in intervals:
        return ""
    low, high = intervals[name]
    return f" (95 %: {METRICS[name].show(low)} … {METRICS[name].show(high)})"
