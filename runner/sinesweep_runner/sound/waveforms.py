"""The waveform store: every sound is decoded and resampled once, for all workers and all later sweeps.

An entry is a float32 mono `.npy` file, named by the sound in it and its rate; it is memory-mapped where it is read
(`numpy.load(path, mmap_mode="r")`). Equal sounds have one entry, whatever their files are called and whatever else
stands in them. A file that has changed is decoded again; one that has not (path, size, time of change) is not opened.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sinesweep.dataset import Clip
from sinesweep.errors import DatasetError
from sinesweep_runner.cache.entries import HEADER_BYTES, Entries
from sinesweep_runner.cache.place import cache_folder, limit_of
from sinesweep_runner.sound import audiofile
from sinesweep_runner.sound.audiofile import AudioError
from sinesweep_runner.sound.promise import promised_s
from sinesweep_runner.sound.soundindex import WHOLE, Key, Sound, SoundIndex, key_of

Progress = Callable[[int, int], None]

DEFAULT_LIMIT_GB = 20.0
FULL_SCALE = 0.999
"""A 16-bit sample of 32,767 is 0.99997; lossy formats swing about it."""

GONE = (-1, -1)


def default_store() -> WaveformStore:
    """The store that all sweeps of this user share.

    Its folder is `SINESWEEP_CACHE`, or else `~/.cache/sinesweep`; its limit is `SINESWEEP_CACHE_GB`, or else 20 GB.

    Raises:
        SweepError: the limit is no number.
    """
    return WaveformStore(cache_folder(), limit_of("SINESWEEP_CACHE_GB", DEFAULT_LIMIT_GB))


@dataclass(frozen=True)
class Decoded:
    """One sound, and the name and bytes of its entry; an unusable sound has none."""

    sound: Sound
    entry: str = ""
    size: int = 0


class WaveformStore:
    """Decoded waveforms in one folder, up to a number of bytes.

    Two processes may use one store at once. What the present preparation needs is never evicted by it.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder = folder.absolute()
        self._index = SoundIndex(self.folder)
        self._entries = Entries(self.folder, "waveforms", limit_bytes, self._index)

    def prepare(
        self,
        clips: Sequence[Clip],
        rate_hz: int,
        progress: Progress = lambda done, total: None,
        workers: int | None = None,
    ) -> list[Path]:
        """Decodes what is not in the store yet.

        Args:
            clips: whole files or parts of files.
            rate_hz: the rate of the entries.
            progress: called with files done and files in all.
            workers: threads; default: one a core.

        Returns:
            The entry of every clip, in their order.

        Raises:
            DatasetError: a file gives no usable sound; or all entries together are more than the store may hold.
            SweepFailed: the disk is full, or the store cannot be written.
        """
        known = self._known(clips)
        present = self._entries.present({_entry(sound, rate_hz) for sound in known.values() if not sound.problem})
        fresh = {key: s for key, s in known.items() if s.problem or _entry(s, rate_hz) in present}
        sounds = fresh | self._decode(clips, fresh, rate_hz, progress, workers)
        _check_usable([sounds[key_of(clip)] for clip in clips])
        names = [_entry(sounds[key_of(clip)], rate_hz) for clip in clips]
        self._index.use(set(names))
        return [self._entries.place(name) for name in names]

    def prepare_vectors(self, vectors: Sequence[Sequence[float]]) -> list[Path]:
        """Keeps vectors as entries of float32 numbers beside the sounds; gives that of each. Raises as `prepare`."""
        arrays = [np.asarray(vector, np.float32) for vector in vectors]
        names = [f"{hashlib.sha256(array.tobytes()).hexdigest()}-vector.npy" for array in arrays]
        entries = dict(zip(names, arrays, strict=True))
        lacking = self.lacking({name: HEADER_BYTES + array.nbytes for name, array in entries.items()})
        self._index.record([(name, self._entries.write(name, entries[name])) for name in lacking])
        return [self.place(name) for name in names]

    def place(self, name: str) -> Path:
        """Where an entry lies."""
        return self._entries.place(name)

    def lacking(self, sizes: Mapping[str, int]) -> list[str]:
        """Those of some entries that are not here yet, by the bytes of each; makes room. Raises as `prepare` does."""
        self._entries.make_folders()
        self._check_limit(sum(sizes.values()))
        present = self._entries.present(sizes.keys())
        lacking = [name for name in sizes if name not in present]
        self._entries.make_room({name: sizes[name] for name in present}, sum(sizes[name] for name in lacking))
        self._index.use(present)
        return lacking

    def add(self, pieces: Iterable[tuple[str, int, bytes, int]]) -> None:
        """Takes in pieces of entries that another store has made; an entry counts once all its bytes are here.

        Who adds is `alone`. Raises as `prepare` does.

        Args:
            pieces: name of the entry, first byte, content, and bytes of the whole entry; in the order of the bytes.
        """
        added = [(name, size, self._entries.add(name, start, content, size)) for name, start, content, size in pieces]
        self._index.record([(name, size) for name, size, whole in added if whole])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Within, no other process adds entries of another store; raises SweepError where the store cannot be used."""
        from filelock import FileLock  # not at the top: ways that only look read this module too

        self._entries.make_folders()
        with FileLock(self.folder / "fetch.lock"):
            yield

    def inspect(
        self,
        clips: Sequence[Clip],
        rate_hz: int | None = None,
        progress: Progress = lambda done, total: None,
        workers: int | None = None,
    ) -> list[Sound]:
        """What is known of every clip's sound; only files that are new or changed are opened.

        Those are decoded, so their entries are made in the same pass, at `rate_hz` or else at the files' most common
        rate. Files that give no usable sound are reported in `Sound.problem`, not raised.

        Raises:
            DatasetError, SweepFailed: as `prepare`.
        """
        known = self._known(clips)
        sounds = known | self._decode(clips, known, rate_hz, progress, workers)
        return [sounds[key_of(clip)] for clip in clips]

    def _known(self, clips: Sequence[Clip]) -> dict[Key, Sound]:
        """What the index knows of these clips, as far as their files have not changed."""
        self._entries.make_folders()
        wanted = {key_of(clip) for clip in clips}
        now = {clip.path: _stamp(clip.path) for clip in clips}
        known = self._index.sounds(now)
        return {k: s for k, s in known.items() if k in wanted and (s.size, s.modified_ns) == now[s.path]}

    def _decode(
        self,
        clips: Sequence[Clip],
        known: dict[Key, Sound],
        rate_hz: int | None,
        progress: Progress,
        workers: int | None,
    ) -> dict[Key, Sound]:
        """Decodes the clips that are not `known`, in threads (libsndfile and soxr run without Python's lock)."""
        files: dict[str, list[Clip]] = {}
        for clip in clips:
            if key_of(clip) not in known:
                files.setdefault(clip.path, []).append(clip)
        total = len({clip.path for clip in clips})
        progress(total - len(files), total)
        if not files:
            return {}
        with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
            headers = dict(zip(files, pool.map(audiofile.native_length, files), strict=True))
            rate_hz = rate_hz or _most_common([headers[p][0] for p in files] + [s.rate_hz for s in known.values()])
            self._make_room(files, headers, known.values(), rate_hz)
            jobs = [pool.submit(self._decode_file, path, parts, rate_hz) for path, parts in files.items()]
            try:
                for done, job in enumerate(as_completed(jobs), start=total - len(files) + 1):
                    job.result()
                    progress(done, total)
            finally:
                # What was decoded before a full disk or Ctrl-C is kept.
                pool.shutdown(cancel_futures=True)
                finished = [job for job in jobs if not job.cancelled() and job.exception() is None]
                found = [each for job in finished for each in job.result()]
                self._learn(found)
        return {(s.path, s.start_s, s.stop_s): s for s in (each.sound for each in found)}

    def _learn(self, found: Sequence[Decoded]) -> None:
        """Records what does not change while the file stays the same; whether it may be read can change."""
        sounds = [each.sound for each in found if each.sound.problem not in ("missing", "unreadable")]
        self._index.learn(sounds, [(each.entry, each.size) for each in found if each.entry])

    def _make_room(
        self,
        files: dict[str, list[Clip]],
        headers: dict[str, tuple[int, float]],
        known: Iterable[Sound],
        rate_hz: int,
    ) -> None:
        usable = [sound for sound in known if not sound.problem]
        kept = {_entry(sound, rate_hz): _bytes(sound.duration_s, rate_hz) for sound in usable}
        lacking = (_bytes(_part_s(part, headers[path][1]), rate_hz) for path, parts in files.items() for part in parts)
        lacking_bytes = sum(lacking)
        self._check_limit(sum(kept.values()) + lacking_bytes)
        self._entries.make_room(kept, lacking_bytes)

    def _check_limit(self, needed_bytes: int) -> None:
        if needed_bytes > self._entries.limit_bytes:
            raise DatasetError(
                f"the waveforms of this data set need {needed_bytes:,} bytes, but the store {self.folder} may hold"
                f" {self._entries.limit_bytes:,}. Set SINESWEEP_CACHE_GB={needed_bytes / 1e9 * 1.1:.2g} or more in the"
                " environment, or lower audio.rate_hz."
            )

    def _decode_file(self, path: str, parts: Sequence[Clip], rate_hz: int) -> list[Decoded]:
        # The stamp comes first: if the file changes while it is read, the next look finds another stamp.
        stamp = _stamp(path)
        return [self._decode_part(Sound(*key_of(part), *stamp), rate_hz) for part in parts]

    def _decode_part(self, blank: Sound, rate_hz: int) -> Decoded:
        """Fills in what the sound is, and writes its entry."""
        stop_s = None if blank.stop_s == WHOLE else blank.stop_s
        try:
            channels, native_hz = audiofile.decode(blank.path, blank.start_s, stop_s)
            wave = np.ascontiguousarray(audiofile.mono(channels, blank.path))
        except AudioError as error:
            return Decoded(replace(blank, problem=error.kind, reason=error.reason))
        sound = replace(
            blank,
            content=_content(wave, native_hz),
            rate_hz=native_hz,
            channels=channels.shape[1],
            samples=len(channels),
            peak=float(np.abs(wave).max()),
            clipped=float(np.count_nonzero(np.abs(channels) >= FULL_SCALE) / channels.size),
            promised_s=promised_s(blank.path) if stop_s is None else 0.0,
        )
        name = _entry(sound, rate_hz)
        return Decoded(sound, name, self._entries.write(name, audiofile.resample(wave, native_hz, rate_hz)))


def _entry(sound: Sound, rate_hz: int) -> str:
    """The name of a sound's entry."""
    return f"{sound.content}-{rate_hz}.npy"


def _content(wave: np.ndarray, rate_hz: int) -> str:
    digest = hashlib.sha256(b"%d Hz" % rate_hz)
    digest.update(wave.data)
    return digest.hexdigest()


def _bytes(seconds: float, rate_hz: int) -> int:
    return HEADER_BYTES + 4 * (int(seconds * rate_hz) + 1)


def _part_s(clip: Clip, file_s: float) -> float:
    stop_s = file_s if clip.stop_s is None else min(clip.stop_s, file_s)
    return max(0.0, stop_s - clip.start_s)


def _most_common(rates_hz: Iterable[int]) -> int:
    """The most common rate that is one; 1 where no file has any, and so nothing will be resampled."""
    counted = Counter(rate_hz for rate_hz in rates_hz if rate_hz)
    return counted.most_common(1)[0][0] if counted else 1


def _stamp(path: str) -> tuple[int, int]:
    """Size and time of change."""
    try:
        status = os.stat(path)  # noqa: PTH116  # three times as fast as pathlib's, and asked of every file
    except OSError:
        return GONE
    return status.st_size, status.st_mtime_ns


def _check_usable(sounds: Sequence[Sound]) -> None:
    bad = [f"{sound.path}: {sound.reason}" for sound in sounds if sound.problem]
    if bad:
        more = [f"… and {len(bad) - 10} more"] if len(bad) > 10 else []
        raise DatasetError("\n".join(["these files give no usable sound:", *bad[:10], *more]))
