"""A reader who does what the pages of docs/ say, block by block, in a folder of their own.

Fixtures:
    read_page: the blocks of code of a page.
    follow: does all that a page says, in its order; the page's sweeps are made short.

What a block is follows from its language. `console`: every line after `$` is run, has to succeed, and has to say what
stands below it, where `…` stands for anything. `yaml`: a whole sweep file, or sections of one; it has to be free of
problems. `python`: runs, with what the page has defined above. `text` is no code. A block whose title names a file is
written to it; a program is then run by another block. Other titles say `exit code N`, or `not run by the tests: …` with
the reason.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from ruamel.yaml import YAML

from sinesweep.sweepfile import check_document, read_sweep
from sinesweep_runner import cli

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"

FIRST = "first-sweep.md"
"""The page whose sweep the others go on with."""

WORDS, SPEAKERS, TAKES, RATE_HZ = ("zero", "one", "two"), ("ann", "ben", "eva", "joe", "kim", "tom"), 4, 8000

SHORTER = {
    r"\A(?=name:)": "workers: {count: 1}\n",
    r"\btrials: \d+": "trials: 3",
    r"(epochs(?:: | = |=| )|trials=|num_samples=|--trials \+)\d+": r"\g<1>2",
}
"""What makes a sweep a matter of seconds; one worker needs no Ray."""

FRAME = {
    "name": "frame",
    "data": {"reader": "folder", "path": "recordings"},
    "features": {"log_mel": {}},
    "architectures": {"cnn": {}},
}
"""What stands around sections that a page shows alone."""


@dataclass(frozen=True)
class Block:
    """A block of code on a page."""

    page: str
    language: str
    title: str
    text: str

    @property
    def file(self) -> str:
        """The file that it is; empty where it is none."""
        return self.title if re.fullmatch(r"[\w/]+\.(yaml|py)", self.title) else ""

    @property
    def not_run(self) -> bool:
        """Whether the page says that the tests leave it out."""
        return self.title.startswith("not run by the tests: ")

    @property
    def code(self) -> int:
        """The exit code that its commands have."""
        told = re.fullmatch(r"exit code (\d+)", self.title)
        return int(told[1]) if told else 0


def blocks_of(page: str) -> list[Block]:
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(r'^```(\w+)(?: title="(.*?)")?\n(.*?)^```$', text, re.DOTALL | re.MULTILINE)
    return [Block(page, *each) for each in found]


@dataclass
class Reader:
    """Somebody who follows a page.

    Attributes:
        names: what the page's Python has defined so far.
    """

    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "page"})

    def do(self, block: Block) -> None:
        if block.file:
            Path(block.file).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file).write_text(shortened(block.text), encoding="utf-8")
        if not block.not_run:
            getattr(self, f"do_{block.language}")(block)

    def do_text(self, block: Block) -> None:
        """It is no code."""

    def do_yaml(self, block: Block) -> None:
        if block.file:
            read_sweep(Path(block.file))
        else:
            check_document(FRAME | YAML(typ="safe", pure=True).load(block.text))

    def do_python(self, block: Block) -> None:
        if not block.file:
            exec(compile(shortened(block.text), block.page, "exec", dont_inherit=True), self.names)

    def do_console(self, block: Block) -> None:
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
            if command.startswith("pip install"):
                check_install(command)
                continue
            code, said = call(shortened(command))
            assert code == block.code, f"{block.page}: {command}\n{said}"
            words = [re.escape(word).replace("…", ".*?") for word in shown.split()]
            assert re.search(r"\s+".join(words), said, re.DOTALL), f"{block.page}: {command}\n{shown}\nsaid:\n{said}"


def call(command: str) -> tuple[int, str]:
    """The exit code of a command, and what it printed; Sinesweep's own are called in this process."""
    if re.search(r"[|>&]", command) or not command.startswith("sinesweep "):
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr(sys, "argv", shlex.split(command, comments=True))
        with pytest.raises(SystemExit) as end:
            cli.app()
    return end.value.code or 0, said.getvalue()


def shortened(text: str) -> str:
    for long, short in SHORTER.items():
        text = re.sub(long, short, text)
    return text


def check_install(command: str) -> None:
    """What the page has people install: this distribution, with extras that it has."""
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = re.fullmatch(r"pip install (?:\.|'?sinesweep(?:\[(?P<extra>\w+)\])?'?)(?: +#.*)?", command)
    assert asked, f"unknown: {command}"
    assert asked["extra"] is None or asked["extra"] in extras["optional-dependencies"]


def record(folder: Path) -> None:
    """Three words of six speakers: vowels whose place hangs on the word, and a little on who speaks."""
    rng = np.random.default_rng(0)
    seconds = np.arange(RATE_HZ // 2) / RATE_HZ
    for number, word in enumerate(WORDS):
        (folder / word).mkdir(parents=True)
        for speaker in SPEAKERS:
            voice_hz, vowel_hz = rng.uniform(90, 250), 500 * 1.6**number * rng.uniform(0.75, 1.35)
            for take in range(1, TAKES + 1):
                pitch_hz = voice_hz * rng.uniform(0.98, 1.02)
                harmonics_hz = pitch_hz * np.arange(1, int(3500 / pitch_hz))[:, None]
                strength = np.exp(-np.square(np.log2(harmonics_hz / vowel_hz) * 2.5))
                wave = (strength * np.sin(2 * np.pi * harmonics_hz * seconds)).sum(axis=0)
                wave += 0.05 * rng.standard_normal(len(seconds))
                soundfile.write(folder / word / f"{speaker}_{take:02}.wav", 0.5 * wave / np.abs(wave).max(), RATE_HZ)


@contextmanager
def reader_in(folder: Path) -> Iterator[Reader]:
    """Somebody who works in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", list(sys.path))
        patch.setenv("COLUMNS", "100")
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
        patch.setenv("RAY_ADDRESS", "local")  # not the cluster that somebody else runs here
        yield Reader()


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of somebody who has followed the page "A first sweep", and keeps a copy of its sweep."""
    folder = tmp_path_factory.mktemp("swept")
    record(folder / "recordings")
    shutil.copy(folder / "recordings" / "one" / "ann_01.wav", folder / "some.wav")
    with reader_in(folder) as reader:
        for block in blocks_of(FIRST):
            reader.do(block)
    shutil.copytree(folder / "sweeps" / "digits", folder / "sweeps" / "last-week")
    return folder


@pytest.fixture
def read_page() -> Callable[[str], list[Block]]:
    return blocks_of


@pytest.fixture
def follow(swept: Path, tmp_path: Path) -> Callable[[str], None]:
    def do(page: str) -> None:
        if page == FIRST:
            return  # whoever has the sweep has followed it
        shutil.copytree(swept, tmp_path, dirs_exist_ok=True)
        with reader_in(tmp_path) as reader:
            for block in blocks_of(page):
                reader.do(block)

    return do
