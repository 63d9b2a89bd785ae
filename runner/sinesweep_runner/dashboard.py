"""Dashboard: Optuna's own pages about a study, while it runs and afterwards."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from sinesweep import storage
from sinesweep.errors import SweepError
from sinesweep_runner.sweepfolder import SweepFolder

HOST = "127.0.0.1"
"""Nobody else's business: the pages let everybody who sees them delete the study."""


def serve(folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Serves the study of the sweep in `folder` on this machine alone, until it is interrupted.

    Args:
        port: 0 takes any that is free.
        say: told the address, once it answers.

    Raises:
        SweepError: there is no sweep or its search has not begun, optuna-dashboard is not installed, or the port is
            taken.
    """
    place = SweepFolder(folder)
    sweep = place.begun()
    if not place.has_begun(sweep):
        raise SweepError(f"{folder}: the search has not begun, so there is nothing to show yet")
    try:
        from optuna_dashboard import wsgi
    except ModuleNotFoundError as reason:
        if reason.name != "optuna_dashboard":
            raise
        raise SweepError("optuna-dashboard is not installed; pip install 'sinesweep[dashboard]' brings it") from None
    try:
        server = make_server(HOST, port, wsgi(storage.opened(place.storage(sweep))), Threads, Quiet)
    except OSError as reason:
        if reason.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise SweepError(
            f"port {port} cannot be had: {reason.strerror}; name another with --port, or 0 for any"
        ) from None
    with server:
        say(f"http://{HOST}:{server.server_port}/dashboard/ shows '{storage.study_name(sweep)}'; Ctrl-C ends it.")
        server.serve_forever()


class Threads(ThreadingMixIn, WSGIServer):
    """Answers several requests at once; those under way do not hold up the end."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is for the address."""
