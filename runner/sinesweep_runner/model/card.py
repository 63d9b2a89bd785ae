"""The front matter of a model card: what Hugging Face's hub and other programs read from the page of a model.

The fields are those of https://huggingface.co/docs/hub/model-cards; the scores follow Papers with Code's model index.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML

from sinesweep.dataset import Task
from sinesweep.metrics import is_metric

UNKNOWN = "unknown"
"""The hub's word for a licence that nobody has stated."""

OF_SOUNDS = {Task.CLASSIFICATION: "audio-classification", Task.MULTI_LABEL: "audio-classification"}
OF_VECTORS = {
    Task.CLASSIFICATION: "tabular-classification",
    Task.MULTI_LABEL: "tabular-classification",
    Task.REGRESSION: "tabular-regression",
}
"""The hub's names of tasks; it has none for a value that is measured in sound."""


def front_matter(facts: Mapping[str, Any]) -> str:
    """The first lines of a model's page, between lines of three dashes, as YAML."""
    given: dict[str, Any] = {"library_name": "keras", "license": UNKNOWN}
    if task := _task(facts):
        given["pipeline_tag"] = task
    given["tags"] = ["sinesweep", "keras", "audio" if "columns" not in facts else "tabular", facts["task"]]
    given["datasets"] = [re.sub(r"[^\w.-]+", "-", _data_set(facts))]
    if results := _results(facts, task):
        given["metrics"] = list(dict.fromkeys(each["type"] for result in results for each in result["metrics"]))
        given["model-index"] = [{"name": facts.get("name", "model"), "results": results}]
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode = False, True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(given, stream)
    return f"---\n{stream.getvalue()}---\n"


def _task(facts: Mapping[str, Any]) -> str | None:
    return (OF_VECTORS if "columns" in facts else OF_SOUNDS).get(Task(facts["task"]))


def _data_set(facts: Mapping[str, Any]) -> str:
    return str(facts.get("data", {}).get("name") or UNKNOWN)


def _results(facts: Mapping[str, Any], task: str | None) -> list[dict[str, Any]]:
    """The scores of each part, for a model index."""
    found = []
    for part, figures in facts.get("scores", {}).items():
        values = {name: value for name, value in figures["metrics"].items() if is_metric(name) and math.isfinite(value)}
        about = {"name": _data_set(facts), "type": facts.get("data", {}).get("reader", UNKNOWN), "split": part}
        metrics = [{"type": name, "value": round(value, 4)} for name, value in values.items()]
        found.append({"task": {"type": task or facts["task"]}, "dataset": about, "metrics": metrics})
    return found
