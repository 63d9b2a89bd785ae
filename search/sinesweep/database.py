"""A database as the storage of studies: which there can be, how one is opened, and what is said where it fails.

Whatever goes wrong is told in the server's own words, without those that Optuna and SQLAlchemy put around them.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sinesweep.errors import StorageLost, SweepError
from sinesweep.wording import one_line

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

RETURN_S = 30.0
"""So long may a database not answer that has been open: its server may be starting again."""

TICK_S = 1.0
"""How often it is tried meanwhile."""

SUPPORTED = (
    "expected sqlite:///FILE, postgresql+psycopg://USER@HOST/DATABASE, or another database that SQLAlchemy has an"
    " installed driver for; without `storage` the study is a journal in the sweep's folder"
)

WAYS_OUT = {
    r"database .* does not exist": "Make it on that server with `createdb`",
    r"authentication failed|no password supplied": "The password is that of ~/.pgpass, of PGPASSWORD, or of"
    " the URL: mend it there",
    r"Connection refused|No such file or directory|timeout expired": "Start that server, or mend host and port",
    r"could not translate host name|failed to resolve host|Name or service not known": "Mend the host's name",
}
"""What helps, by the words of servers and drivers that say what is wrong."""


def shown(url: str) -> str:
    """A storage as people are told of it, and as it is written down for all to read: without its password."""
    return re.sub(r"([?&]password=)[^&]*", r"\1…", re.sub(r"(://[^:@/]*:)[^@]*@", r"\1…@", url))


def has_password(url: str) -> bool:
    """Whether a storage's URL holds a password."""
    return shown(url) != url


def check_scheme(url: str) -> None:
    """Raises SweepError where a URL names no database that can be used here; nothing is opened for that."""
    from sqlalchemy.engine import make_url  # only who names a database waits for it
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    scheme = url.partition("://")[0]
    if scheme in ("postgres", "postgresql"):
        raise SweepError(
            f"storage: expected postgresql+psycopg://…, got {scheme}://…: write"
            f" postgresql+psycopg://{shown(url).partition('://')[2]}{_to_install()}"
        )
    try:
        make_url(url).get_dialect().import_dbapi()
    except NoSuchModuleError:
        raise SweepError(f"storage: {scheme}:// is no database that studies can live in; {SUPPORTED}") from None
    except ImportError as reason:
        way_out = (
            _to_install()
            if scheme == "postgresql+psycopg"
            else f". Install that driver, or take another database: {SUPPORTED}"
        )
        raise SweepError(f"storage: {scheme}:// needs '{reason.name}', not installed here{way_out}") from None
    except (ArgumentError, ValueError) as reason:  # such as a port that is no number
        raise SweepError(
            f"storage: {shown(url)} is no URL of a database ({one_line(str(reason))}); {SUPPORTED}"
        ) from None


@functools.cache
def connected(url: str) -> BaseStorage:
    """Optuna's storage over one set of connections for this process; one that the server has closed is opened anew.

    From then on what it raises where the database does not answer any more, not for `RETURN_S` either, is StorageLost.

    Raises:
        SweepError: the scheme cannot be used.
        Exception: it does not open; SQLAlchemy and drivers have errors of their own.
    """
    import optuna
    from sqlalchemy import event

    check_scheme(url)
    database = optuna.storages.RDBStorage(url, engine_kwargs={"pool_pre_ping": True})
    event.listen(database.engine, "do_connect", _Patience())
    event.listen(database.engine, "handle_error", functools.partial(_tell_lost, shown(url)))
    return optuna.storages.get_storage(database)


def words_of(reason: BaseException) -> str:
    """What went wrong, in the words of who found it, and what helps if that is known."""
    while reason.__cause__ is not None and type(reason).__module__.startswith(("optuna", "sqlalchemy")):
        reason = reason.__cause__
    # SQLAlchemy adds what it tried to do, and where on the web it is explained.
    words = one_line(re.split(r"\n\[SQL: |\n?\(Background on this error", str(reason))[0]).rstrip(".")
    name = type(reason).__name__
    said = words if name == "OperationalError" else f"{name}: {words}"
    helps = next((way for pattern, way in WAYS_OUT.items() if re.search(pattern, words)), "")
    return f"{said}{' ' if said.endswith('?') else '. '}{helps}" if helps else said


def _to_install() -> str:
    return "" if importlib.util.find_spec("psycopg") else "; pip install 'sinesweep[postgresql]' brings its driver"


class _Patience:
    """Opens connections, and waits for a server that is away; once that was in vain, nobody waits for it again."""

    def __init__(self) -> None:
        self._away_since: float | None = None

    def __call__(self, dialect: Any, record: Any, arguments: Sequence[Any], settings: Mapping[str, Any]) -> Any:
        while True:
            try:
                connection = dialect.connect(*arguments, **settings)
            except dialect.loaded_dbapi.OperationalError:
                self._away_since = self._away_since or time.monotonic()
                if time.monotonic() - self._away_since > RETURN_S:
                    raise
                time.sleep(TICK_S)
            else:
                self._away_since = None
                return connection


def _tell_lost(where: str, context: Any) -> None:
    """Turns an error into StorageLost where there is no connection any more; SQLAlchemy lets a listener do so."""
    if context.is_pre_ping or not (context.is_disconnect or context.connection is None):
        return
    words = one_line(str(context.original_exception)).rstrip(".")
    raise StorageLost(f"storage: {where} does not answer any more ({words}). Everything that it was told is kept")
