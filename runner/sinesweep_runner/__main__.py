"""`sinesweep`, and `python -m sinesweep_runner`: the command line, which answers Ctrl-C from the first moment on."""

from __future__ import annotations

import sys


def main() -> None:
    """Loads the command line and runs it."""
    try:
        from sinesweep_runner.cli import app
        from sinesweep_runner.process import OURS

        OURS.set()
        app()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
