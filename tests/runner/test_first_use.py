"""Host code that is used for the first time: by one process at a time."""

import os
import subprocess
import sys
from itertools import pairwise

import pytest

FIRST_AND_SECOND = """
import time
from sinesweep_runner.training.firstuse import alone_at_first
for use in ("first", "second"):
    with alone_at_first(dict):
        began = time.monotonic()
        time.sleep(0.3)
        print(use, began, time.monotonic())
"""

HEARD = """
import sys
from itertools import pairwise
import numpy as np
from sinesweep import registry
from sinesweep.lengths import Length
from sinesweep_runner.training.extraction import extract
wave = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype("float32")
for name in sys.argv[1:]:
    print(extract(registry.load("features", name)(), name, wave[None], Length("pad", 22050, 22050)).shape)
"""


LOADING = """
import sys
from sinesweep.sweepfile import check_document
from sinesweep_runner import backend, starting
from sinesweep_runner.placement import Plan
document = {"name": "tones", "data": {"reader": "folder", "path": "."}}
document |= {"features": ["log_mel"], "architectures": ["mlp"]}
backend.limit = lambda threads, gpus: print(hasattr(sys.modules.get("sklearn.base"), "clone"))
with starting.loading_keras(check_document(document), Plan(1, 1, 0)) as loaded:
    loaded()
"""


def started(source, *arguments, **variables):
    return subprocess.Popen(
        [sys.executable, "-c", source, *arguments], env=os.environ | variables, stdout=subprocess.PIPE, text=True
    )


def ended(process):
    process.communicate()
    return process.returncode


def test_no_process_begins_while_another_uses_it_for_the_first_time(tmp_path):
    processes = [started(FIRST_AND_SECOND, SINESWEEP_CACHE=str(tmp_path)) for _ in range(3)]
    uses = [line.split() for each in processes for line in each.communicate()[0].splitlines()]
    firsts = sorted((float(began), float(ended)) for use, began, ended in uses if use == "first")
    assert len(firsts) == 3
    assert all(ended <= begins for (_, ended), (begins, _) in pairwise(firsts))


@pytest.mark.slow  # numba compiles for every process
def test_processes_that_compile_librosa_at_once_leave_a_cache_that_works(tmp_path):
    """Without the lock, `_parabolic_interpolation` then ends every later process by a segmentation fault."""
    variables = {"NUMBA_CACHE_DIR": str(tmp_path / "numba"), "SINESWEEP_CACHE": str(tmp_path / "cache")}
    names = ("chroma_cqt", "summary")
    compiling = [started(HEARD, *order, **variables) for order in (names, names[::-1])]
    assert [ended(each) for each in compiling] == [0, 0]
    assert ended(started(HEARD, *names, **variables)) == 0


def test_scikit_learn_is_there_before_keras_and_a_baseline_import_it_at_once():
    process = started(LOADING)
    assert process.communicate()[0].strip() == "True"
