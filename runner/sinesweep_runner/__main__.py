"""`sinesweep`, and `python -m sinesweep_runner`: the command line, which answers Ctrl-C from the first moment on, and
SIGTERM, which batch systems send, as Ctrl-C."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Loads the command line and runs it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from sinesweep_runner.cli import app
        from sinesweep_runner.process import OURS

        OURS.set()
        app()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
