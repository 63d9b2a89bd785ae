"""The page that lies beside a saved model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sinesweep.metrics import METRICS


def readme(facts: Mapping[str, Any]) -> str:
    """What the model is, how to use it, and how far to trust it, as Markdown."""
    length, versions = facts["length"], facts["versions"]
    seconds = length["samples"] / length["rate_hz"]
    configuration = facts["configuration"]
    return f"""# A model that tells sounds apart

It takes {seconds:g} s of sound at {length["rate_hz"]} Hz (other clips: `{length["policy"]}`) and gives one of \
{len(facts["classes"])} classes: {", ".join(facts["classes"])}.
Front end `{configuration["features"]["name"]}`, network `{configuration["architecture"]["name"]}`; all settings are \
in `model.json`.

## Use

```
sinesweep predict . some.wav a/folder/of/sounds
```

```python
from sinesweep_runner import Artifact, predict
print(predict(Artifact.load("."), ["some.wav"])[0].label)
```

`model.keras` is one Keras model: float32 waveforms `(batch, {length["samples"]})` in, probabilities out.

## Scores

{_scores(facts.get("scores", {}))}

{facts.get("split", {}).get("how", "How the clips were split was not recorded.")}

Written by Sinesweep {versions["sinesweep"]} with Keras {versions["keras"]} on {versions["backend"]}.
"""


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


def _interval(name: str, intervals: Mapping[str, Any]) -> str:
    if name not in intervals:
        return ""
    low, high = intervals[name]
    return f" (95 %: {METRICS[name].show(low)} … {METRICS[name].show(high)})"
