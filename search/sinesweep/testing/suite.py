"""What every plugin promises, whatever its kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from sinesweep.contract import Plugin
from sinesweep.form import problems
from sinesweep.identity import identity
from sinesweep.settings import Setting, make, settings, values
from sinesweep.testing.expect import trying
from sinesweep.testing.points import ends, points
from sinesweep.testing.twin import ask_twin

IDENTITY = ("module", "class", "settings", "code")
"""What the parts of a plugin's identity are."""


class PluginSuite:
    """To be filled in by subclasses: a pytest fixture `plugin` that returns an instance.

    Settings that have no default get the fixture's value in every test.
    """

    kind: ClassVar[str]
    searched: ClassVar[bool] = True
    """Whether a sweep searches the settings of its plugins: then a number needs a range."""

    def setup_method(self) -> None:
        """What every test begins with."""

    def teardown_method(self) -> None:
        """What every test ends with."""

    def test_it_keeps_the_form_of_its_kind(self, plugin: Plugin) -> None:
        """A frozen dataclass that implements what its kind asks for, with defaults that it allows itself."""
        wrong = problems(self.kind, type(plugin))
        assert not wrong, "; ".join(wrong)

    def test_it_says_what_it_is_and_what_its_settings_are(self, plugin: Plugin) -> None:
        """A docstring, and a help for every setting: both stand in listings."""
        kind = type(plugin)
        document = (kind.__doc__ or "").strip()
        assert document, f"{kind.__name__} has no docstring"
        assert not document.startswith(f"{kind.__name__}("), f"{kind.__name__} has no docstring of its own"
        silent = [setting.name for setting in settings(kind).values() if not setting.help.strip()]
        assert not silent, f"no help for {', '.join(silent)}; add a string to Annotated[…]"

    def test_its_domains_are_well_formed(self, plugin: Plugin) -> None:
        """Ranges fit the types of their fields, and conditions can be met."""
        known = settings(type(plugin))
        wrong = [problem for setting in known.values() for problem in _wrong_domain(setting, self.searched)]
        wrong += [problem for setting in known.values() for problem in _wrong_condition(setting, known)]
        assert not wrong, "; ".join(wrong)

    def test_json_gives_the_same_plugin_again(self, plugin: Plugin) -> None:
        """Every edge and 20 random points: settings → JSON → settings."""
        for point in points(plugin):
            with trying(point):
                again = make(type(point), json.loads(json.dumps(values(point))), "settings")
                assert again == point, f"after JSON it is {again}"

    def test_equal_settings_make_equal_plugins_and_other_settings_others(self, plugin: Plugin) -> None:
        """So that a dictionary, a set or a cache can hold them."""
        again = make(type(plugin), values(plugin), "settings")
        assert again == plugin, "two plugins of the same settings are not equal"
        assert hash(again) == hash(plugin), "two equal plugins have different hashes"
        for point in points(plugin, count=0)[1:]:
            with trying(point):
                assert point != plugin, "it is equal to a plugin of other settings"

    def test_another_process_makes_the_same_of_it(self, plugin: Plugin) -> None:
        """Workers get settings as JSON and import the class by its name; caches are named by settings."""
        answer = ask_twin(plugin)
        assert "error" not in answer, f"another process cannot make it: {answer.get('error')}"
        expected = json.loads(json.dumps(values(plugin)))
        assert answer["values"] == expected, f"another process has {answer['values']}, this one {expected}"
        assert answer["equal"], "in another process, two plugins of the same settings are not equal"

    def test_caches_know_it_in_another_process(self, plugin: Plugin) -> None:
        """What it has computed is kept under its class, its settings and its code, and used by every worker."""
        answer, expected = ask_twin(plugin), json.loads(json.dumps(identity(plugin)))
        assert "error" not in answer, f"another process cannot make it: {answer.get('error')}"
        told = zip(IDENTITY, expected, answer["identity"], strict=True)
        other = [what for what, here, there in told if here != there]
        assert not other, f"another process has another {' and another '.join(other)}"

    def test_it_is_listed_without_loading_a_heavy_library(self, plugin: Plugin) -> None:
        """`sinesweep plugins` and `sinesweep check` import every plugin; Keras alone takes seconds."""
        loaded = ask_twin(plugin).get("loaded", ())
        assert not loaded, f"its module imports {', '.join(loaded)}; import them inside the methods that need them"


def _wrong_domain(setting: Setting, searched: bool) -> list[str]:
    """What is wrong with the domain of a setting, a clause each."""
    if searched and setting.domain is None and setting.type in (int, float):
        domain = "Int(low, high)" if setting.type is int else "Float(low, high)"
        return [f"'{setting.name}' is a number without a range; put {domain} into its Annotated[…]"]
    wrong = []
    for end in ends(setting.domain):
        try:
            setting.parse(end)
        except ValueError as reason:
            wrong.append(f"'{setting.name}' cannot be {end!r}: {reason}")
    return wrong


def _wrong_condition(setting: Setting, known: Mapping[str, Setting]) -> list[str]:
    """What is wrong with the conditions under which a setting counts, a clause each."""
    return [
        f"'{setting.name}' hangs on {when.field} = {value!r}, outside {domain}"
        for when in setting.when
        if (domain := known[when.field].domain) is not None
        for value in when.values
        if value not in domain
    ]
