"""Sweep: the file that a user writes. The same names in YAML and in Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from sinesweep import registry
from sinesweep.errors import PluginError
from sinesweep.sections import Audio, Budget, Data, Finalists, Limits, Search, Section, Workers
from sinesweep.space import SearchSpace
from sinesweep.split import SplitRequest

USUAL_BASELINE: dict[str, dict[str, Any] | None] = {"svm": None}

VECTOR = "vector"
"""The front end of data that have none."""


def as_mapping(section: Any) -> Any:
    """`[gain, {noise: {…}}]` and `gain` mean `{gain: null, noise: {…}}`; any other form stays as it is."""
    if isinstance(section, str):
        return {section: None}
    if not (isinstance(section, list) and all(isinstance(entry, str | dict) for entry in section)):
        return section
    merged: dict[str, Any] = {}
    for entry in section:
        merged |= entry if isinstance(entry, dict) else {entry: None}
    return merged


def with_front_end(document: Any) -> Any:
    """A sweep document whose data are vectors and that names no front end takes the vectors as they are."""
    data = document.get("data") if isinstance(document, Mapping) else None
    reader = data.get("reader") if isinstance(data, Mapping) else getattr(data, "reader", None)
    if not isinstance(reader, str) or document.get("features") is not None:
        return document
    try:
        gives_vectors = registry.load("datasets", reader).gives_vectors
    except PluginError:  # it is told with the other problems of the file
        return document
    return {**document, "features": {VECTOR: None}} if gives_vectors else document


Plugins = Annotated[dict[str, dict[str, Any] | None], BeforeValidator(as_mapping)]
OnePlugin = Annotated[Plugins, Field(min_length=1, max_length=1)]


class Sweep(Section):
    """A search over front ends, networks, losses, augmentations and training settings on one data set."""

    name: str = Field(pattern=r"^[\w][\w .-]*$", max_length=100, description="names the sweep and its folder")
    data: Data
    audio: Audio = Audio()
    split: SplitRequest = SplitRequest()
    features: Plugins = Field(min_length=1, description="feature extractors to choose from")
    architectures: Plugins = Field(min_length=1, description="networks to choose from")
    losses: Plugins = Field(
        {"cross_entropy": {"label_smoothing": 0.0}},
        min_length=1,
        description="losses; where none is named: cross_entropy in classification, binary_cross_entropy in multi_label,"
        " mean_squared_error in regression",
    )
    augmentations: Plugins = Field({}, description="augmentations; each is on or off in a trial unless `enabled` says")
    fit: dict[str, Any] = Field({}, description="training settings: epochs, batch_size, optimizer, learning_rate, …")
    baseline: OnePlugin | None = Field(
        USUAL_BASELINE,
        description="the classical model that runs as trial 0, with its settings, which are not searched; null for"
        " none; where it is left out: svm in classification, logistic_regression in multi_label, ridge in regression",
    )
    search: Search = Search()
    limits: Limits = Limits()
    budget: Budget = Budget()
    finalists: Finalists = Finalists()
    enqueue: list[dict[str, Any]] = Field([], description="points to try first, as {dimension: value}")
    workers: Workers = Workers()
    storage: str | None = Field(
        None,
        description="where the study lives: sqlite:///FILE, postgresql+psycopg://USER@HOST/DATABASE, or the URL of"
        " another database that SQLAlchemy has an installed driver for; default: a journal in the sweep's folder",
    )
    study: str | None = Field(None, min_length=1, description="its name in the storage; default: the sweep's name")

    @field_validator("storage")
    @classmethod
    def _lasting(cls, url: str | None) -> str | None:
        if url is not None and not re.match(r"[\w+]+://.", url):
            urls = "sqlite:///studies.db or postgresql+psycopg://HOST/DATABASE"
            raise ValueError(f"expected a URL such as {urls}, got {url!r}")
        if url is not None and url.startswith("sqlite") and ":memory:" in url:
            raise ValueError(f"{url!r} is a database in memory, which is gone when the run ends; name a file")
        return url

    _front_end = model_validator(mode="before")(with_front_end)

    def space(self) -> SearchSpace:
        """The search space.

        Raises:
            SweepError: unknown plugins or settings, values out of range; all at once.
        """
        kinds = ("features", "architectures", "losses", "augmentations")
        return SearchSpace.of({kind: getattr(self, kind) for kind in kinds}, self.fit)
