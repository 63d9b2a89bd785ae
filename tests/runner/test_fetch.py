"""Fetching a public data set, from a server on this machine: checked, resumed, and unpacked with care."""

import hashlib
import io
import json
import re
import socket
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from sinesweep import registry
from sinesweep.errors import UserError
from sinesweep_runner import cli
from sinesweep_runner.fetch import FetchError, archives
from sinesweep_runner.fetch.archives import Archive, RemoteFile
from sinesweep_runner.fetch.download import download
from sinesweep_runner.fetch.fetching import fetch
from sinesweep_runner.fetch.unpack import Limits, unpack


class Server(ThreadingHTTPServer):
    """Serves `content` at any address; tests turn what it does.

    Attributes:
        breaks_after: bytes after which the next answer breaks off; then it is whole again.
        ranges: whether it sends a part where one is asked for.
        etag: the version; no header where it is empty.
        status: what it answers instead of the content, once, where it is not 200.
        asked: the `Range` of every request so far.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.etag, self.ranges = b"", '"1"', True
        self.breaks_after, self.status, self.asked = None, 200, []

    def url(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append(asked)
        status, server.status = server.status, 200
        if status != 200:
            self.send_error(status)
            return
        start = int(re.findall(r"\d+", asked)[0]) if asked and server.ranges else 0
        if self.headers.get("If-Range", server.etag) != server.etag:
            start = 0
        if start >= len(server.content) > 0 and start:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        if server.etag:
            self.send_header("ETag", server.etag)
        self.end_headers()
        cut, server.breaks_after = server.breaks_after, None
        self.wfile.write(body if cut is None else body[:cut])

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def zipped(**entries):
    """A ZIP file; `a__b` becomes `a/b.wav`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(f"{name.replace('__', '/')}.wav", content)
    return stream.getvalue()


def tarred(*entries, mode="w:gz"):
    """A TAR file of `(TarInfo, content)`."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for info, content in entries:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def remote(server, name="sounds.zip", right=True, **settings):
    digest = hashlib.sha256(server.content if right else b"something else").hexdigest()
    return RemoteFile(name, server.url(name), **({"hash": f"sha256:{digest}", "hash_source": "us"} | settings))


def archive_of(*files):
    return Archive("owls", "Owls: two hoots", "CC0", "A. Owl, 2020", "folder", "sounds", files)


class Told(list):
    """Collects what is said, and how far the download of each file was."""

    def __init__(self):
        self.steps = []

    def bar(self, name):
        return lambda done, total: self.steps.append((done, total))


@pytest.fixture
def told():
    return Told()


def get(archive, folder, told, **settings):
    return fetch(archive, folder, told.append, told.bar, **settings)


# --- the whole way -----------------------------------------------------------------------------------------------


def test_a_data_set_is_downloaded_checked_unpacked_and_remembered(server, tmp_path, told):
    server.content = zipped(sounds__hoot=b"hoot", sounds__whoo=b"whoo")
    place = get(archive_of(remote(server)), tmp_path / "owls", told)
    assert place == tmp_path / "owls" / "sounds"
    assert (place / "hoot.wav").read_bytes() == b"hoot"
    assert sorted(path.name for path in (tmp_path / "owls").iterdir()) == ["SOURCE.json", "sounds"]
    source = json.loads((tmp_path / "owls" / "SOURCE.json").read_text())
    assert (source["licence"], source["citation"]) == ("CC0", "A. Owl, 2020")
    assert source["files"][0]["sha256"] == hashlib.sha256(server.content).hexdigest()


def test_licence_and_citation_are_said_before_anything_is_asked_for(server, tmp_path, told):
    server.status = 404
    with pytest.raises(FetchError, match="404"):
        get(archive_of(remote(server)), tmp_path / "owls", told)
    assert told == ["Owls: two hoots", "licence:  CC0", "citation: A. Owl, 2020"]


def test_what_is_there_is_not_fetched_again(server, tmp_path, told):
    server.content = zipped(sounds__hoot=b"hoot")
    archive = archive_of(remote(server))
    get(archive, tmp_path / "owls", told)
    get(archive, tmp_path / "owls", told)
    assert len(server.asked) == 1
    assert told[-1] == "sounds.zip is there already"


def test_parts_come_one_by_one_into_the_same_folder(server, tmp_path, told):
    server.content = tarred((tarfile.TarInfo("test/1.wav"), b"one"))
    test = remote(server, "test.tar.gz", part="test")
    archive = archive_of(test, RemoteFile("train.tar.gz", server.url("train"), "train"))
    get(archive, tmp_path, told, parts=["test"])
    assert (tmp_path / "test" / "1.wav").read_bytes() == b"one"
    server.content = tarred((tarfile.TarInfo("train/1.wav"), b"two"))
    get(archive, tmp_path, told)
    assert (tmp_path / "train" / "1.wav").read_bytes() == b"two"
    assert len(server.asked) == 2
    with pytest.raises(FetchError, match=r"no part 'tast'. Did you mean 'test'\?"):
        get(archive, tmp_path, told, parts=["tast"])


def test_archives_may_be_kept(server, tmp_path, told):
    server.content = zipped(sounds__hoot=b"hoot")
    get(archive_of(remote(server)), tmp_path, told, keep=True)
    assert (tmp_path / "archives" / "sounds.zip").read_bytes() == server.content


def test_a_file_without_a_published_hash_says_so_and_names_its_own(server, tmp_path, told):
    server.content = zipped(sounds__hoot=b"hoot")
    get(archive_of(remote(server, hash=None)), tmp_path, told)
    assert "no hash of it has been published" in told[-1]
    assert hashlib.sha256(server.content).hexdigest() in told[-1]


def test_a_folder_that_holds_something_else_is_left_alone(server, tmp_path, told):
    (tmp_path / "diary.txt").write_text("mine")
    with pytest.raises(FetchError, match="is not empty"):
        get(archive_of(remote(server)), tmp_path, told)
    (tmp_path / "diary.txt").unlink()
    (tmp_path / "SOURCE.json").write_text('{"name": "crows"}')
    with pytest.raises(FetchError, match="holds the data set 'crows'"):
        get(archive_of(remote(server)), tmp_path, told)
    (tmp_path / "SOURCE.json").write_text("{")
    with pytest.raises(FetchError, match=r"SOURCE\.json cannot be read"):
        get(archive_of(remote(server)), tmp_path, told)
    assert server.asked == []


# --- downloads ---------------------------------------------------------------------------------------------------


def test_a_wrong_hash_is_refused_and_nothing_is_unpacked(server, tmp_path, told):
    server.content = zipped(sounds__hoot=b"hoot")
    with pytest.raises(FetchError, match="does not match the known hash"):
        get(archive_of(remote(server, right=False)), tmp_path, told)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["SOURCE.json"]
    get(archive_of(remote(server)), tmp_path, told)  # and it can be tried again
    assert (tmp_path / "sounds" / "hoot.wav").exists()


def test_md5_is_taken_where_only_that_is_published(server, tmp_path):
    server.content = b"sound"
    file = RemoteFile("a.zip", server.url("a.zip"), hash=f"md5:{hashlib.md5(b'sound').hexdigest()}")
    assert download(file, tmp_path, lambda done, total: None).read_bytes() == b"sound"


def test_a_connection_that_breaks_is_taken_up_where_it_broke(server, tmp_path, told):
    server.content = bytes(range(256)) * 4000
    server.breaks_after = 700_000
    path = download(remote(server), tmp_path, told.bar(""), pause_s=0.01)
    assert path.read_bytes() == server.content
    kept = int(server.asked[1].removeprefix("bytes=").removesuffix("-"))
    assert 0 < kept <= 700_000
    assert told.steps[-1] == (len(server.content), len(server.content))
    assert [file.name for file in tmp_path.iterdir()] == ["sounds.zip"]


def test_a_command_that_was_stopped_goes_on_the_next_time(server, tmp_path, told):
    server.content = bytes(range(256)) * 4000

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(remote(server), tmp_path, stop)
    assert download(remote(server), tmp_path, told.bar("")).read_bytes() == server.content
    assert server.asked[1].startswith("bytes=")
    assert told.steps[0][0] > 262_144


def test_another_version_on_the_server_is_fetched_from_its_beginning(server, tmp_path):
    file = remote(server, hash=None)
    (tmp_path / ".sounds.zip.part").write_bytes(b"1" * 300_000)
    (tmp_path / ".sounds.zip.part.version").write_text(json.dumps({"url": file.url, "version": '"1"'}))
    server.content, server.etag = b"2" * 600_000, '"2"'
    assert download(file, tmp_path, lambda done, total: None).read_bytes() == server.content
    assert server.asked == ["bytes=300000-"]


@pytest.mark.parametrize("kept", [300_000, 600_000, 700_000])
def test_any_beginning_that_was_kept_ends_as_the_right_file(server, tmp_path, kept):
    server.content = bytes(range(256)) * 2344
    (tmp_path / ".sounds.zip.part").write_bytes((server.content + bytes(100_000))[:kept])
    path = download(remote(server), tmp_path, lambda done, total: None, pause_s=0.01)
    assert path.read_bytes() == server.content


def test_a_server_that_sends_no_parts_is_asked_again_from_the_beginning(server, tmp_path):
    server.content, server.ranges, server.breaks_after = bytes(range(256)) * 4000, False, 500_000
    assert download(remote(server), tmp_path, lambda done, total: None, 0.01).read_bytes() == server.content


def test_nothing_is_joined_without_a_version_or_a_hash_to_check_by(server, tmp_path):
    server.content, server.etag = b"2" * 600_000, ""
    (tmp_path / ".sounds.zip.part").write_bytes(b"1" * 300_000)
    assert download(remote(server, hash=None), tmp_path, lambda done, total: None).read_bytes() == server.content
    assert server.asked == [None]


def test_a_server_that_is_busy_is_asked_again(server, tmp_path):
    server.content, server.status = b"sound", 503
    assert download(remote(server), tmp_path, lambda done, total: None, 0.01).read_bytes() == b"sound"


def test_a_server_that_cannot_be_reached_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / ".a.zip.part").write_bytes(b"1234")
    file = RemoteFile("a.zip", "http://127.0.0.1:9/a.zip", hash="md5:0")
    way_out = "the same command goes on where it stopped: 4 bytes are kept"
    with pytest.raises(FetchError, match=rf"^127\.0\.0\.1:9 cannot be reached \(Connection refused\); {way_out}$"):
        download(file, tmp_path, lambda done, total: None, pause_s=0.001)


def test_a_name_that_is_not_resolved_is_said_without_further_attempts(tmp_path, monkeypatch):
    asked = []

    def unknown(*where, **options):
        asked.append(where[0])
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("NO_PROXY", "*")
    file = RemoteFile("a.zip", "http://sounds.example/a.zip", hash="md5:0")
    with pytest.raises(FetchError, match=r"^sounds\.example cannot be reached \(name resolution failed\); "):
        download(file, tmp_path, lambda done, total: None, pause_s=60.0)
    assert asked == ["sounds.example"]


def test_a_disk_without_room_is_told_before_it_is_full(server, tmp_path, monkeypatch):
    server.content = b"sound"
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 3})())
    with pytest.raises(FetchError, match="5 bytes are to come and only 3 are free"):
        download(remote(server), tmp_path, lambda done, total: None, 0.001)


# --- unpacking ---------------------------------------------------------------------------------------------------


def write(folder, content, name="archive"):
    (folder / name).write_bytes(content)
    return folder / name


def link(name, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_link():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("link.wav")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


EVIL = {
    "zip: above": zipped(**{"..__..__evil": b"x"}),
    "zip: absolute": zipped(__evil=b"x"),
    "zip: windows": zipped(**{"..\\evil": b"x"}),
    "zip: drive": zipped(**{"C:\\evil": b"x"}),
    "zip: link": zip_link(),
    "tar: above": tarred((tarfile.TarInfo("a/../../evil.wav"), b"x")),
    "tar: absolute": tarred((tarfile.TarInfo("/tmp/evil.wav"), b"x")),
    "tar: link": tarred((link("a", "/etc"), b""), (tarfile.TarInfo("a/passwd"), b"x")),
    "tar: hard link": tarred((link("a", "/etc/passwd", tarfile.LNKTYPE), b"")),
    "tar: device": tarred((link("a", "", tarfile.CHRTYPE), b"")),
}


@pytest.mark.parametrize("name", EVIL)
def test_nothing_is_written_outside_and_no_link_is_made(name, tmp_path):
    (tmp_path / "in").mkdir()
    archive = write(tmp_path / "in", EVIL[name])
    with pytest.raises(FetchError, match="was not unpacked"):
        unpack(archive, tmp_path / "in" / "deep" / "out")
    assert [path.name for path in tmp_path.rglob("*") if not path.is_dir()] == ["archive"]
    assert not (tmp_path / "in" / "deep" / "out").exists()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_bomb_is_not_unpacked(tmp_path, kind):
    zeros = bytes(100 << 20)
    packed = zipped(zeros=zeros) if kind == "zip" else tarred((tarfile.TarInfo("zeros"), zeros))
    archive = write(tmp_path, packed)
    assert len(packed) < 1 << 20
    with pytest.raises(FetchError, match="far more than sound would"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_limits_on_files_and_bytes_hold(tmp_path):
    archive = write(tmp_path, zipped(a=b"12345", b="12345", c="12345"))
    unpack(archive, tmp_path / "all", Limits(files=3, bytes=15))
    for limits in (Limits(files=2), Limits(bytes=14)):
        with pytest.raises(FetchError, match="holds more than"):
            unpack(archive, tmp_path / "out", limits)
        assert not (tmp_path / "out").exists()


def test_an_entry_that_is_larger_than_it_says_is_refused(tmp_path):
    packed = zipped(a=b"0" * 1000)
    lying = packed.replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != packed
    with pytest.raises(FetchError, match="cannot be unpacked"):
        unpack(write(tmp_path, lying), tmp_path / "out")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>no such file</html>", tarred((tarfile.TarInfo("a"), b"1" * 5000))[:-20]],
    ids=["empty", "a page", "cut off"],  # an archive has its time in it: its bytes would be another name every second
)
def test_what_is_damaged_or_no_archive_is_said(tmp_path, content):
    with pytest.raises(FetchError, match="cannot be unpacked"):
        unpack(write(tmp_path, content), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_the_usual_forms_are_unpacked_without_their_rights(tmp_path, mode):
    info, folder = tarfile.TarInfo("./a/b.wav"), tarfile.TarInfo("./")
    info.mode, folder.type = 0o4777, tarfile.DIRTYPE
    unpack(write(tmp_path, tarred((folder, b""), (info, b"sound"), mode=mode)), tmp_path / "out")
    assert (tmp_path / "out" / "a" / "b.wav").read_bytes() == b"sound"
    assert (tmp_path / "out" / "a" / "b.wav").stat().st_mode & 0o7111 == 0


def test_an_evil_archive_leaves_the_data_sets_folder_clean(server, tmp_path, told):
    server.content = EVIL["tar: above"]
    with pytest.raises(FetchError, match="outside its folder"):
        get(archive_of(remote(server, "evil.tar.gz")), tmp_path / "owls", told)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"SOURCE.json", "evil.tar.gz"}


# --- the table of archives and the command -----------------------------------------------------------------------


@pytest.mark.parametrize("archive", archives.known().values(), ids=lambda archive: archive.name)
def test_every_known_archive_is_whole(archive):
    assert archive.title
    assert archive.licence
    assert archive.citation
    assert archive.reader in registry.names("datasets")
    assert bool(archive.files) != bool(archive.by_hand)
    assert len({file.name for file in archive.files}) == len(archive.files)
    for file in archive.files:
        assert file.url.startswith("https://")
        assert bool(file.hash) == bool(file.hash_source)
        assert file.hash is None or re.fullmatch(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}", file.hash)


def test_names_that_are_not_known_or_not_to_be_had_are_told():
    with pytest.raises(UserError, match=r"no data set 'esc5' can be fetched. Did you mean 'esc50'\?"):
        archives.find("esc5")
    with pytest.raises(UserError, match="git clone"):
        archives.find("crema_d").choose([])


def test_the_command_fetches_and_says_what_to_write_in_a_sweep_file(server, tmp_path, monkeypatch):
    server.content = zipped(sounds__hoot=b"hoot")
    monkeypatch.setattr(archives, "known", lambda: {"owls": archive_of(remote(server))})
    monkeypatch.chdir(tmp_path)
    listed = CliRunner().invoke(cli.commands, ["data", "list"])
    assert "owls" in listed.stdout
    assert "licence: CC0" in listed.stdout
    done = CliRunner().invoke(cli.commands, ["data", "fetch", "owls"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "citation: A. Owl, 2020" in done.stderr
    assert f"sounds.zip: {len(server.content)} of {len(server.content)} bytes" in done.stderr
    assert "data: {reader: folder, path: data/owls/sounds}" in done.stdout
    assert (tmp_path / "data/owls/sounds/hoot.wav").exists()
