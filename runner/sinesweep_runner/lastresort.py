"""The last resort: what becomes of a process in which a trial hangs that nothing can interrupt."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable

from sinesweep_runner.process import FAILED, OURS
from sinesweep_runner.sweepfolder import SweepFolder
from sinesweep_runner.watch import Watch


def last_resort(place: SweepFolder, watch: Watch) -> Callable[[str], None]:
    """Ends the process of a command, and says how to go on; one that runs more than Sinesweep is only spoken to."""

    def answer(why: str) -> None:
        way_back = f"sinesweep resume {shlex.quote(str(place.path))}"
        if not OURS.is_set():
            watch.say(
                f"A trial hangs: {why}. This process runs more than Sinesweep, and is not ended; end it yourself (of a"
                f" notebook, restart the kernel), and go on with resume(Path({str(place.path)!r})), or with: {way_back}"
            )
            return
        watch.say(f"A trial hangs: {why}. So this process ends, and the trial has failed. Go on with: {way_back}")
        watch.leave()
        place.leave()
        os._exit(FAILED)

    return answer
