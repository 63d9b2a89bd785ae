"""The root of all kinds of plugins."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sinesweep.settings import Setting

Shape = tuple[int, ...]
"""The sides of one example's features: `(frames, bins)`, or `(frames, bins, channels)` as a picture has them."""


CONTRACT = 1
"""The version of this contract. It grows when a promise changes."""


@dataclass(frozen=True)
class Plugin(abc.ABC):
    """The root of all kinds.

    Attributes:
        contract: the version of this contract that the plugin was written for. One that states none claims no more than
            the first; `CONTRACT` would be a promise that its author never made.
    """

    contract: ClassVar[int] = 1

    @classmethod
    def further(cls, asked: Mapping[str, Any]) -> Mapping[str, Setting]:
        """Settings beside the fields, which follow from what a sweep asks for: `{field: value}`.

        For a plugin with a field marked `Further()`, here `hp`: the settings by their names in a sweep, such as
        `hp.units`. A sweep searches them like fields; a configuration names them `Setting.name`, and the field holds
        their values. Raises PluginError where what is asked for has none to give.
        """
        return {}
