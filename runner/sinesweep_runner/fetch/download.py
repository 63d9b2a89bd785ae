"""Downloads that go on where they stopped, checked by their hash."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sinesweep_runner.fetch import FetchError
from sinesweep_runner.fetch.archives import RemoteFile

Progress = Callable[[int, int | None], None]
"""Told bytes that are there, and bytes in all where that is known."""

ATTEMPTS = 5
CHUNK = 1 << 18
TIMEOUT_S = 60.0


def download(file: RemoteFile, folder: Path, progress: Progress, pause_s: float = 1.0) -> Path:
    """One file, complete and checked, in `folder`; one that is there already and has the right hash is not fetched.

    Args:
        file: what to download.
        folder: where to keep it, and its beginning while it is not complete.
        progress: told how far it is.
        pause_s: how long to wait before the second attempt; twice as long before each further one.

    Raises:
        FetchError: the server cannot be reached or refuses, the disk is full, or the hash is wrong.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.WARNING)
    resuming = Resuming(folder / f".{file.name}.part", file, progress, pause_s)
    try:
        return Path(pooch.retrieve(file.url, file.hash, fname=file.name, path=folder, downloader=resuming))
    except requests.HTTPError as reason:
        raise FetchError(f"{file.url}: the server refuses: {reason}") from None
    except ValueError as reason:
        raise FetchError(
            f"{reason} Nothing was unpacked. Try once more; if it happens again, the file at that address is not the"
            " one that was published."
        ) from None
    except OSError as reason:  # those of requests are OSErrors too
        raise FetchError(f"{_unreached(file, reason) or f'{file.url}: {reason}'}; {resuming.kept()}") from None


class Resuming:
    """A downloader for pooch that keeps what it has in a `.part` file and asks for the rest only.

    Beside the part lies what names the version that it belongs to. A server that has another version by now, or that
    cannot send the rest alone, makes it begin again. Without a version or a hash to check by, it begins again too.
    """

    def __init__(self, part: Path, file: RemoteFile, progress: Progress, pause_s: float) -> None:
        self._part, self._file, self._progress, self._pause_s = part, file, progress, pause_s
        self._version = part.with_name(f"{part.name}.version")

    def __call__(self, url: str, output_file: str, pooch: Any, check_only: bool = False) -> None:
        """Downloads to the part file and moves it to `output_file` when it is complete."""
        import requests

        for attempt in range(ATTEMPTS):
            try:
                self._continue(url)
                break
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as reason:
                if attempt == ATTEMPTS - 1 or isinstance(_innermost(reason), socket.gaierror):
                    raise
                time.sleep(self._pause_s * 2**attempt)
        self._part.replace(output_file)
        self._version.unlink(missing_ok=True)

    def kept(self) -> str:
        """How a download that failed goes on."""
        size = self._part.stat().st_size if self._part.exists() else 0
        return "the same command goes on where it stopped" + (f": {size:,} bytes are kept" if size else "")

    def _continue(self, url: str) -> None:
        import requests

        there, headers = self._there(), {"Accept-Encoding": "identity"}
        if there:
            headers |= {"Range": f"bytes={there}-"} | self._if_unchanged()
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
            if response.status_code == 416:  # there is no rest, or the part is longer than the file
                self._forget_unless(there == _total_of(response.headers.get("Content-Range", "")))
                return
            if response.status_code == 429 or response.status_code >= 500:
                raise requests.ConnectionError(f"the server answers {response.status_code} {response.reason}")
            response.raise_for_status()
            continues = response.headers.get("Content-Range", "").startswith(f"bytes {there}-")
            self._write(response, there if response.status_code == 206 and continues else 0)

    def _write(self, response: Any, there: int) -> None:
        import requests

        length = response.headers.get("Content-Length")
        total = there + int(length) if length else None
        self._check_room((total or 0) - there)
        self._remember(response)
        with self._part.open("ab" if there else "wb") as stream:
            for chunk in response.iter_content(CHUNK):
                stream.write(chunk)
                there += len(chunk)
                self._progress(there, total)
        if total is not None and there < total:
            raise requests.ConnectionError(f"the connection broke after {there:,} of {total:,} bytes")

    def _there(self) -> int:
        """How much of the file is there and can be used."""
        if not self._part.exists() or not (self._file.hash or self._if_unchanged()):
            return 0
        return self._part.stat().st_size

    def _if_unchanged(self) -> dict[str, str]:
        """The header that asks for the rest of this version only."""
        try:
            remembered = json.loads(self._version.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {"If-Range": remembered["version"]} if remembered["url"] == self._file.url else {}

    def _remember(self, response: Any) -> None:
        """Keeps the name of the version; a weak one promises too little to join two pieces by."""
        version = response.headers.get("ETag", "")
        if not version or version.startswith("W/"):
            version = response.headers.get("Last-Modified", "")
        if version:
            self._version.write_text(json.dumps({"url": self._file.url, "version": version}), encoding="utf-8")
        else:
            self._version.unlink(missing_ok=True)

    def _forget_unless(self, complete: bool) -> None:
        import requests

        if not complete:
            self._part.unlink(missing_ok=True)
            raise requests.ConnectionError("the part that was kept does not belong to this file")

    def _check_room(self, wanted: int) -> None:
        free = shutil.disk_usage(self._part.parent).free
        if wanted > free:
            raise OSError(f"{wanted:,} bytes are to come and only {free:,} are free in {self._part.parent}")


def _unreached(file: RemoteFile, reason: OSError) -> str:
    """What is said where no server answers; empty where one did, or the fault is not the network's."""
    import requests

    cause = _innermost(reason)
    if not isinstance(reason, requests.ConnectionError) or cause is reason:
        return ""
    why = "name resolution failed" if isinstance(cause, socket.gaierror) else getattr(cause, "strerror", None) or cause
    return f"{urlsplit(file.url).netloc} cannot be reached ({why})"


def _innermost(error: BaseException) -> BaseException:
    """What an error came from in the first place."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _total_of(content_range: str) -> int | None:
    """`bytes */1234` → 1234."""
    total = content_range.rpartition("/")[2]
    return int(total) if total.isdecimal() else None
