"""`sinesweep plugins`: list, show, check, new, catalogue."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sinesweep import registry
from sinesweep.errors import PluginError, UserError
from sinesweep.settings import values
from sinesweep.testing import examine
from sinesweep_runner import cli
from sinesweep_runner.catalogue import page
from sinesweep_runner.scaffold import new_plugin

# Keras 3.15 asks TensorFlow's variables for a copy in a way that numpy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

RUFF = Path(sys.executable).with_name("ruff")


@pytest.fixture
def sinesweep(monkeypatch, capsys):
    """Runs the command line in this process: `sinesweep("plugins", …)` → exit code, output, errors."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["sinesweep", *map(str, arguments)])
        monkeypatch.setattr(sys, "path", [*sys.path])
        with pytest.raises(SystemExit) as end:
            cli.app()
        told = capsys.readouterr()
        return end.value.code or 0, told.out, told.err

    return call


@pytest.fixture
def install(monkeypatch, tmp_path):
    """Puts a project on the path with its entry points, as pip would."""

    def put(project):
        monkeypatch.syspath_prepend(str(project))
        facts = tomllib.loads((project / "pyproject.toml").read_text())["project"]
        info = project / f"{facts['name'].replace('-', '_')}-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {facts['name']}\nVersion: 0.1.0\n")
        lines = [f"[{group}]\n{n} = {t}\n" for group, each in facts["entry-points"].items() for n, t in each.items()]
        (info / "entry_points.txt").write_text("".join(lines))
        forget()

    def forget():
        registry._entry_points.cache_clear()
        registry.load.cache_clear()

    yield put
    forget()


def test_plugins_lists_all_kinds_and_a_kind_alone(sinesweep):
    assert {"log_mel", "mixup", "cnn", "focal", "folder", "svm"} <= set(sinesweep("plugins")[1].split())
    for arguments in (["plugins", "losses"], ["plugins", "list", "losses"]):
        code, told, _ = sinesweep(*arguments)
        assert code == 0
        assert {"focal", "cross_entropy"} <= set(told.split())
        assert "log_mel" not in told.split()


@pytest.mark.parametrize("arguments", [["features", "log_mel"], ["list", "features", "log_mel"], ["show", "log_mel"]])
def test_a_plugin_is_shown_in_full(sinesweep, arguments):
    told = sinesweep("plugins", *arguments)[1]
    assert "Energy per mel band" in told
    assert "| hop_ms" in told
    assert "10.0, 12.5, 16.0, 20.0" in told
    assert "101 × 64 at 16000 Hz" in told
    assert "sinesweep_plugins.features.log_mel:LogMel" in told
    assert "log_mel.py, line " in told
    assert "contract:" in told


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("time_mask", "features, in training only"),
        ("cnn", "logits (batch, outputs)"),
        ("focal", "classification"),
        ("folder", "required"),
        ("svm", "of any length"),
        ("cqt", "on the host, before the model"),
        ("cqt", "exports:       no"),
        ("cnn", "exports:      yes, as a SavedModel"),
    ],
)
def test_every_kind_says_what_it_takes_or_gives(sinesweep, name, words):
    assert words in sinesweep("plugins", "show", name)[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["featurs"], "no kind of plugin named 'featurs'. Did you mean 'features'?"),
        (["show", "log_mell"], "no plugin named 'log_mell'. Did you mean 'log_mel'? `sinesweep plugins` lists all.\n"),
        (["show", "qqq"], "no plugin named 'qqq'. If you have just added it to a pyproject.toml, install that"),
        (["show", "nowhere:Plugin"], "plugin 'nowhere:Plugin' (nowhere:Plugin) cannot be imported"),
        (["show", "pathlib:Path"], "expected a class that inherits from one of FeatureExtractor, HostExtractor, "),
        (["check", "folder"], "--set path=… (the folder that holds a folder for each class)"),
        (
            ["check", "folder", "--set", "path=nowhere"],
            "folder needs a data set to be tried on, and finds none with these",
        ),
        (["check", "folder", "--set", "path"], "--set path: expected setting=value"),
        (["check", "log_mel", "--set", "n_mel=8"], "log_mel.n_mel: there is no such setting. Did you mean 'n_mels'?"),
        (["new", "features", "3d"], "'3d' cannot name a module"),
        (["new", "features", "class"], "'class' cannot name a module: it is a word of Python"),
        (["new", "features", "null"], "'null' cannot name a plugin: it is a value in a sweep file"),
        (["new", "feature", "tilt"], "no kind of plugin named 'feature'. Did you mean 'features'?"),
        (["new", "features", "log_mel"], "has a plugin 'log_mel' among features; choose another name"),
        (["new", "features", "cnn"], "has a plugin 'cnn' among architectures; choose another name"),
        (["new", "features", "numpy"], "'numpy' is a module that is installed here ("),
        (["new", "features", "runner"], "'sinesweep_runner' is a module that is installed here ("),
    ],
)
def test_a_mistake_is_told_with_the_way_out(sinesweep, arguments, message):
    code, _, errors = sinesweep("plugins", *arguments)
    assert code == 2
    assert message in errors


def test_check_says_of_every_promise_whether_it_is_kept(sinesweep, tmp_path):
    for file in ("dog/1.wav", "cat/2.wav"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).touch()
    code, told, _ = sinesweep("plugins", "check", "folder", "--set", f"path={tmp_path}")
    assert code == 0
    assert "kept    reading twice gives the same table" in told
    assert "folder keeps all of" in told


def test_check_names_the_settings_that_were_given_and_no_more_of_them_than_a_line_or_two(sinesweep, tmp_path):
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "1.wav").touch()
    group = f"(.*)(?:{'x' * 3000})?"
    _, told, _ = sinesweep("plugins", "check", "folder", "--set", f"path={tmp_path}", "--set", f"group={group}")
    headline = told.splitlines()[0]
    assert headline.startswith(f"folder (datasets), Folder(path='{tmp_path}', group='(.*)(?:xxx")
    assert headline.endswith("x…")
    assert len(headline) < 250


LATE = """
from dataclasses import dataclass
from sinesweep import FeatureExtractor
from sinesweep_plugins.datasets.folder import Folder

@dataclass(frozen=True)
class Late(Folder):
    def read(self):
        raise OSError("too late")

@dataclass(frozen=True)
class Empty(FeatureExtractor):
    def layer(self, rate_hz):
        raise LookupError
"""


@pytest.fixture
def late_plugins(tmp_path, monkeypatch):
    """A module on the path with a reader and a front end that raise exceptions."""
    (tmp_path / "late_plugins.py").write_text(LATE)
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("late_plugins")
def test_check_says_what_is_broken_once_and_ends_with_1(sinesweep, tmp_path):
    code, told, _ = sinesweep("plugins", "check", "late_plugins:Late", "--set", f"path={tmp_path}")
    assert code == 1
    assert "BROKEN  clips are in a stable order\n          OSError: too late (" in told
    assert told.count("OSError: too late (") == 1
    assert "late_plugins:Late breaks " in told
    assert ", and so 5 more could not be tried (" in told


@pytest.mark.usefixtures("late_plugins")
def test_check_tells_what_needs_no_keras_before_it_is_imported(sinesweep):
    _, told, _ = sinesweep("plugins", "check", "late_plugins:Empty")
    assert told.index("its domains are well formed") < told.index("importing Keras") < told.index("LookupError (")


@pytest.mark.usefixtures("late_plugins")
def test_show_says_what_a_plugin_raises_and_shows_the_rest(sinesweep):
    code, told, _ = sinesweep("plugins", "show", "late_plugins:Empty")
    assert code == 0
    assert "unknown: features 'late_plugins:Empty' failed in layer: LookupError" in told
    assert "`sinesweep plugins check late_plugins:Empty` says where" in told
    assert "contract:" in told


def test_a_plugin_that_prints_leaves_the_schema_whole(sinesweep, install, tmp_path):
    project = new_plugin("losses", "loud", tmp_path)
    file = project / "sinesweep_loud" / "loud.py"
    file.write_text(file.read_text() + "\nprint('hello')\n")
    install(project)
    _, told, errors = sinesweep("schema")
    assert "loud" in json.dumps(json.loads(told))
    assert errors == "hello\n"


def test_a_plugin_in_a_misspelt_group_is_listed_with_the_group_that_is_meant(sinesweep, install, tmp_path):
    project = new_plugin("features", "lost", tmp_path)
    facts = project / "pyproject.toml"
    facts.write_text(facts.read_text().replace("sinesweep.features", "sinesweep.feature"))
    install(project)
    sentence = (
        "sinesweep-lost 0.1.0 announces 'lost' in the group 'sinesweep.feature', which nobody reads."
        " Did you mean 'sinesweep.features'?"
    )
    assert sentence in sinesweep("plugins")[1].splitlines()
    code, _, errors = sinesweep("plugins", "show", "lost")
    assert code == 2
    assert sentence in errors
    assert "install that project again" not in errors


BREAKING = """
from dataclasses import dataclass
from sinesweep import FeatureExtractor

@dataclass(frozen=True)
class Bent(FeatureExtractor):
    def layer(self, rate_hz): ...

@dataclass
class Late(Bent): ...
"""


def test_why_a_module_cannot_be_imported_is_told_once(sinesweep, install, tmp_path):
    project = new_plugin("features", "bent", tmp_path)
    (project / "sinesweep_bent" / "bent.py").write_text(BREAKING)
    facts = project / "pyproject.toml"
    line = 'bent = "sinesweep_bent.bent:Bent"'
    more = (line.replace("bent =", f"{name} =") for name in ("bent", "bent_more", "bent_most"))
    facts.write_text(facts.read_text().replace(line, "\n".join(more)))
    install(project)
    first, *others = [row for row in sinesweep("plugins", "features")[1].splitlines() if "bent" in row]
    assert "BROKEN: plugin 'bent'" in first
    assert "cannot inherit non-frozen" in first
    assert len(others) == 2
    for row in others:
        assert "| BROKEN for the same reason as bent " in row
        assert "cannot inherit" not in row


UNTOLD = """
from dataclasses import dataclass
from sinesweep import FeatureExtractor

@dataclass(frozen=True)
class Mute(FeatureExtractor):
    order: int = 1
    def layer(self, rate_hz): ...
    def shape(self, rate_hz, samples): return (10, self.order)
"""


def test_a_plugin_without_a_docstring_is_said_to_have_none(sinesweep, install, tmp_path):
    project = new_plugin("features", "mute", tmp_path)
    (project / "sinesweep_mute" / "mute.py").write_text(UNTOLD)
    install(project)
    [row] = (row for row in sinesweep("plugins", "features")[1].splitlines() if "| mute " in row)
    assert "| (it has no docstring)" in row
    assert "mute (features): (it has no docstring)\n" in sinesweep("plugins", "show", "mute")[1]
    assert "Mute(" not in sinesweep("schema")[1]


def test_a_plugin_that_imports_keras_shows_nothing_of_what_tensorflow_notes(tmp_path):
    (tmp_path / "her_plugins.py").write_text(UNTOLD + "import keras, os\nos.write(2, b'a note of her own\\n')\n")
    command = [sys.executable, "-m", "sinesweep_runner", "plugins", "show", "her_plugins:Mute"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "10 × 1 at 8000 Hz" in told.stdout
    assert told.stderr == "a note of her own\n"


@pytest.mark.parametrize("kind", registry.KINDS)
def test_a_new_project_is_found_and_keeps_every_promise_at_once(install, tmp_path, kind):
    name = f"fresh_{kind}"
    project = new_plugin(kind, name, tmp_path)
    install(project)
    plugin = registry.load(kind, name)
    assert plugin.__name__ == name.title().replace("_", "")
    sounds = {"path": str(tmp_path / "sounds")} if kind == "datasets" else {}
    for file in ("dog_rex_1.wav", "cat_tom_1.wav"):
        (tmp_path / "sounds").mkdir(exist_ok=True)
        (tmp_path / "sounds" / file).touch()
    verdicts = list(examine(kind, plugin(**sounds)))
    assert [each for each in verdicts if each.kept is False] == []
    assert vars(plugin)["contract"] == 1


@pytest.mark.parametrize("kind", registry.KINDS)
def test_a_new_project_is_tidy(tmp_path, kind):
    project = new_plugin(kind, "fresh", tmp_path)
    assert "{{" not in "".join(file.read_text() for file in project.rglob("*") if file.is_file())
    rules = ["--isolated", "--line-length", "120", "--select", "E,F,W,I,B,UP"]
    for command in (["check", *rules], ["format", "--check", *rules[:3]]):
        found = subprocess.run([RUFF, *command], cwd=project, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stdout


def test_settings_that_nothing_searches_are_not_said_to_be(sinesweep):
    told = sinesweep("plugins", "show", "svm")[1]
    assert "searched" not in told
    assert "0.001 … 1000, log" in told
    assert "| searched" in sinesweep("plugins", "show", "cnn")[1]


def test_a_project_that_is_there_is_left_alone(tmp_path):
    new_plugin("losses", "fresh", tmp_path)
    with pytest.raises(UserError, match="is there already"):
        new_plugin("losses", "fresh", tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        new_plugin("losses", "fresh", tmp_path / "file")


@pytest.mark.parametrize("name", ["Tilt", "3d", "spectral-tilt", "class", "täuschung", ""])
def test_a_name_that_is_none_for_a_module_is_refused(tmp_path, name):
    with pytest.raises(PluginError, match="cannot name a module"):
        new_plugin("features", name, tmp_path)


def test_the_catalogue_has_every_built_in_plugin_with_every_setting(sinesweep, tmp_path):
    sinesweep("plugins", "catalogue", "--out", tmp_path / "catalogue.md")
    text = (tmp_path / "catalogue.md").read_text()
    assert text == page()
    for kind in registry.KINDS:
        for listed in registry.listing(kind):
            assert f"### {listed.name}\n" in text
    log_mel = text.partition("### log_mel\n")[2].partition("###")[0]
    assert all(f"| {name} " in log_mel for name in values(registry.load("features", "log_mel")()))


def test_the_kit_is_imported_without_keras():
    code = "import sys, sinesweep_runner.commands.plugins, sinesweep_runner.scaffold; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
