"""Hush: what libraries tell that nobody can use; what they could not do is seen otherwise."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hush() -> Iterator[None]:
    """Within, nothing is written to standard output or standard error, by C++ either; errors are raised as ever."""
    sys.stdout.flush()
    sys.stderr.flush()
    outside = os.dup(1), os.dup(2)
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryFile() as nowhere, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            yield
            sys.stdout.flush()
            sys.stderr.flush()
    finally:
        logging.disable(logging.NOTSET)
        for held, number in zip(outside, (1, 2), strict=True):
            os.dup2(held, number)
            os.close(held)
