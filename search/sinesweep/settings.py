"""Settings: what a plugin's dataclass fields say about themselves.

A field states type, default, range, unit and help in one line:

    hop_ms: Annotated[float, Float(5, 20), "ms", "step from one frame to the next"] = 10.0

The last string is the help; a string before it is the unit. `When("optimizer", "sgd")` makes the field count only
where the other field has one of the values named; of several `When`, all have to be met.

`Further()` marks the one field, a mapping, that holds settings which are not fields, because they follow from the value
of another setting; `Plugin.further` says which there are. `Code()` marks a field that names an object to be imported.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from sinesweep.blame import blaming
from sinesweep.domains import Choice, Domain, Float, Int, allowed
from sinesweep.errors import PluginError, did_you_mean, nearest

if TYPE_CHECKING:
    from pydantic import TypeAdapter

P = TypeVar("P")

PLAIN = (bool, int, float)
"""Where a value has such a type it is what JSON would make of it, and is taken as it is."""


@dataclass(frozen=True)
class When:
    """This field counts only where `field` has one of `values`; elsewhere it keeps its default and is not searched."""

    field: str
    values: tuple[Any, ...]

    def __init__(self, field: str, *values: Any) -> None:
        object.__setattr__(self, "field", field)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Further:
    """This field maps the names of further settings to their values; in files they are named `field.name`."""


@dataclass(frozen=True)
class Code:
    """This field names an object as `module:name`, which the plugin imports; `trusted` modules belong to the plugin."""

    trusted: tuple[str, ...] = ()

    def runs(self, value: str) -> bool:
        """Whether `value` names code of somebody else, which a model that was saved must not run unasked."""
        module = value.partition(":")[0]
        return not any(module == own or module.startswith(f"{own}.") for own in self.trusted)


@dataclass(frozen=True)
class Setting:
    """One setting of a plugin.

    Attributes:
        required: it has no default.
        domain: what it may be; None where it cannot be searched.
        when: what it hangs on, all of it.
        code: the mark of a setting that names code.
        holds: it is the mapping that holds the further settings.
        further: it is one of them, and stands in a configuration only where it counts.
        faults: values with which its plugin cannot be built, as far as that is known beforehand, each with why.
    """

    name: str
    type: Any
    default: Any
    required: bool = False
    domain: Domain | None = None
    unit: str = ""
    help: str = ""
    when: tuple[When, ...] = ()
    code: Code | None = None
    holds: bool = False
    further: bool = False
    faults: tuple[tuple[Any, str], ...] = ()

    def parse(self, value: Any) -> Any:
        """`value` in this setting's type; raises ValueError with a readable reason."""
        parsed = value if type(value) is self.type and self.type in PLAIN else self._read(value)
        if self.domain is not None and parsed is not None and parsed not in self.domain:
            raise ValueError(f"expected {allowed(self.domain)}, got {value!r}{_meant(value, self.domain)}")
        return parsed

    def _read(self, value: Any) -> Any:
        from pydantic import ValidationError

        try:
            return _adapter(self.type).validate_json(json.dumps(value), strict=True)
        except (TypeError, ValidationError):
            came = "nothing" if value is None else repr(value)
            raise ValueError(f"expected {_type_name(self.type)}, got {came}") from None


def _meant(value: Any, domain: Domain) -> str:
    """The way out of a misspelt word, as the tail of an error; empty where no option is near."""
    if not (isinstance(domain, Choice) and isinstance(value, str)):
        return ""
    guess = nearest(value, [option for option in domain.options if isinstance(option, str)])
    return f".{guess}" if guess else ""


def settings(plugin: type[Any]) -> Mapping[str, Setting]:
    """The settings of a plugin class by name, in the order of its fields.

    Raises:
        PluginError: a field has more than one domain.
    """
    return _read(cast("Hashable", plugin))


@cache
def _read(plugin: Any) -> Mapping[str, Setting]:
    hints = typing.get_type_hints(plugin, include_extras=True)
    return {field.name: _setting(field, hints[field.name]) for field in dataclasses.fields(plugin) if field.init}


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # not at the top: whoever loads a plugin, or asks for help, reads this module

    return TypeAdapter(kind)


def _setting(field: dataclasses.Field[Any], hint: Any) -> Setting:
    marks = typing.get_args(hint)[1:] if typing.get_origin(hint) is Annotated else ()
    texts = [mark for mark in marks if isinstance(mark, str)]
    domains = [mark for mark in marks if isinstance(mark, Float | Int | Choice)]
    if len(domains) > 1:
        raise PluginError(f"'{field.name}' has {len(domains)} domains, {' and '.join(map(str, domains))}; leave one")
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
    return Setting(
        name=field.name,
        type=typing.get_args(hint)[0] if marks else hint,
        default=None if required else default,
        required=required,
        domain=domains[0] if domains else None,
        unit=texts[0] if len(texts) > 1 else "",
        help=texts[-1] if texts else "",
        when=tuple(mark for mark in marks if isinstance(mark, When)),
        code=next((mark for mark in marks if isinstance(mark, Code)), None),
        holds=any(isinstance(mark, Further) for mark in marks),
    )


def make(plugin: type[P], values: Mapping[str, Any], where: str) -> P:
    """An instance of `plugin` from plain values, every one checked.

    Args:
        where: what they are the settings of, such as `features.log_mel`.

    Raises:
        PluginError: unknown or missing settings, wrong types, values out of range; one line each, beginning with
            `where`.
        PluginFault: the plugin's own `__post_init__` raises.
    """
    known = settings(plugin)
    values = _gathered(values, holder(plugin))
    problems = [
        f"{where}.{name}: there is no such setting.{did_you_mean(name, known)}" for name in values if name not in known
    ]
    problems += [f"{where}.{s.name}: missing ({s.help})" for s in known.values() if s.required and s.name not in values]
    parsed: dict[str, Any] = {}
    for name in values.keys() & known.keys():
        try:
            parsed[name] = known[name].parse(values[name])
        except ValueError as reason:
            problems.append(f"{where}.{name}: {reason}")
    if problems:
        raise PluginError("\n".join(sorted(problems)))
    kind, dot, name = where.partition(".")
    with blaming(kind if dot else "plugin", name or plugin.__name__, "__post_init__"):
        return plugin(**parsed)


def values(plugin: Any) -> dict[str, Any]:
    """The settings of a plugin instance as plain values: what `make` takes."""
    return {name: getattr(plugin, name) for name in settings(type(plugin))}


def counting(plugin: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings among `{name: value}` that count, such as no momentum where the optimizer is adam.

    Those that are no fields, because they follow from others, stand in a configuration only where they count.
    """
    known = settings(plugin)

    def counts(name: str) -> bool:
        when = known[name].when if name in known else ()
        return all(values.get(each.field) in each.values and counts(each.field) for each in when)

    return {name: value for name, value in values.items() if counts(name)}


def holder(plugin: type[Any]) -> str | None:
    """The name of the field that holds the further settings; None where a plugin has none."""
    return next((setting.name for setting in settings(plugin).values() if setting.holds), None)


def spread(asked: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """`{"hp": {"units": 8}}` → `{"hp.units": 8}`, where `known` has names that begin with `hp.`."""
    found: dict[str, Any] = {}
    for name, value in asked.items():
        inside = name not in known and any(other.startswith(f"{name}.") for other in known)
        if inside and isinstance(value, Mapping):
            found |= spread({f"{name}.{key}": each for key, each in value.items()}, known)
        else:
            found[name] = value
    return found


def _gathered(values: Mapping[str, Any], holder: str | None) -> Mapping[str, Any]:
    """`{"hp.units": 8}` → `{"hp": {"units": 8}}`, where `hp` is the field that holds them."""
    prefix = f"{holder}."
    inside = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
    if holder is None or not inside:
        return values
    rest = {name: value for name, value in values.items() if not name.startswith(prefix)}
    return rest | {holder: {**rest.get(holder, {}), **inside}}


def _type_name(kind: Any) -> str:
    plain = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    if kind in plain:
        return plain[kind]
    return " or ".join("nothing" if k is type(None) else _type_name(k) for k in typing.get_args(kind)) or str(kind)
