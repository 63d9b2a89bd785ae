"""The process of a command: its exit codes, and whether it is Sinesweep's alone."""

from __future__ import annotations

import threading

DONE, FAILED, MISTAKE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: a sweep that had to stop has failed, a user's mistake has to be mended, and Ctrl-C ends a sweep as the
shells have it: what follows with `&&` would find no winner."""

OURS = threading.Event()
"""Set where the process runs the command line and nothing else, so that it may be ended for a trial that hangs."""
