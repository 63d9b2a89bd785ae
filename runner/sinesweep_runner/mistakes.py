"""Mistakes: the clips that a trial got most wrong, to look at and to listen to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from sinesweep.dataset import Clip
from sinesweep.errors import UserError
from sinesweep.examination import Examination
from sinesweep.lengths import Length
from sinesweep.report.story import Mistake
from sinesweep.trial import Config, Trial
from sinesweep.wording import lasting
from sinesweep_runner.recorded import Recorded
from sinesweep_runner.sound.audiofile import AudioError, read
from sinesweep_runner.sound.embedding import sound_uri
from sinesweep_runner.sound.pictures import picture_uri
from sinesweep_runner.training.sight import Sight

SHOWN = 12
BUDGET_BYTES = 8_000_000
"""So much may the sounds and pictures of one trial take."""

MEASURED = 32
"""On so many clips mean and deviation of a front end's bins are measured."""

LONGEST_S = 30.0
"""So much is shown of a clip of many windows."""


def listed(recorded: Recorded, examination: Examination) -> tuple[Mistake, ...]:
    """The worst mistakes of a trial by name alone."""
    note = "a vector: there is no sound" if recorded.vectors else ""
    return tuple(
        Mistake(_name(recorded.clips[slip.clip], recorded.home), slip.truth, slip.told, slip.probability, note=note)
        for slip in examination.slips[:SHOWN]
    )


def mistakes_of(
    recorded: Recorded, trial: Trial, examination: Examination, budget_bytes: int = BUDGET_BYTES
) -> tuple[Mistake, ...]:
    """The same, each with its sound and with its features as the network sees them. Loads Keras.

    What cannot be shown of a clip is said in its note: the file is gone, a plugin is not installed, or there is no room
    left.

    Args:
        recorded: of the sweep's folder.
        trial: the one that was examined.
        budget_bytes: the most that all sounds and pictures may take.
    """
    mistakes, length = listed(recorded, examination), recorded.length
    if recorded.vectors or not mistakes:
        return mistakes
    if length is None:
        old = "an older Sinesweep ran this sweep and did not write down how it cut the sounds: resume it once"
        return tuple(replace(each, note=old) for each in mistakes)
    sight, blind = _sight(trial.config, length, recorded)
    clips = [recorded.clips[slip.clip] for slip in examination.slips[:SHOWN]]
    shown = (_shown(each, clip, length, sight, blind) for each, clip in zip(mistakes, clips, strict=True))
    return tuple(_within(budget_bytes, mistakes, shown))


def _name(clip: Clip, home: str) -> str:
    """Its path, relative to the folder that holds all clips where there is one, and which part of it."""
    path = clip.path.removeprefix(f"{home}/") if home else clip.path
    if not clip.start_s and clip.stop_s is None:
        return path
    return f"{path}, {clip.start_s:g}–{'end' if clip.stop_s is None else f'{clip.stop_s:g} s'}"


def _sight(config: Config, length: Length, recorded: Recorded) -> tuple[Sight | None, str]:
    """What the network of a configuration sees; or None, and why that cannot be shown, if not for want of sounds."""
    if "features" not in config:
        return None, "the baseline has no network that sees it"
    examples = list(_examples(recorded, length))
    if not examples:
        return None, ""
    try:
        return Sight(config, length, examples), ""
    except UserError as reason:
        return None, f"no picture: {reason}"


def _examples(recorded: Recorded, length: Length) -> Iterator[np.ndarray]:
    """Some clips from all over the data set, as the network hears them; no sealed ones, and none that are gone."""
    heard = [clip for number, clip in enumerate(recorded.clips) if number not in recorded.sealed]
    for place in np.unique(np.linspace(0, len(heard) - 1, MEASURED).round().astype(int)):
        try:
            yield length.window(_wave(heard[place], length), 0)
        except AudioError:
            continue


def _shown(mistake: Mistake, clip: Clip, length: Length, sight: Sight | None, blind: str) -> Mistake:
    """The same with sound and picture."""
    try:
        wave, cut = _heard(_wave(clip, length), length)
    except AudioError as reason:
        gone = "the sound is not there any more" if reason.kind == "missing" else f"no sound: {reason.reason}"
        return replace(mistake, note=gone)
    sound = sound_uri(wave, length.rate_hz)
    if sight is None:
        return replace(mistake, audio=sound, note="; ".join(filter(None, (cut, blind))))
    try:
        picture, axes = _pictured(sight, wave, length.rate_hz)
    except UserError as reason:
        return replace(mistake, audio=sound, note="; ".join(filter(None, (cut, f"no picture: {reason}"))))
    return replace(mistake, audio=sound, picture=picture, note="; ".join(filter(None, (cut, axes))))


def _wave(clip: Clip, length: Length) -> np.ndarray:
    return read(clip.path, length.rate_hz, clip.start_s, clip.stop_s)


def _heard(wave: np.ndarray, length: Length) -> tuple[np.ndarray, str]:
    """What the network hears of a clip, in one piece, and what is left out of it."""
    whole_s = len(wave) / length.rate_hz
    if length.count(len(wave)) > 1:
        heard = wave[: round(LONGEST_S * length.rate_hz)]
        windows = f"heard in {length.count(len(wave))} windows of {length.seconds:g} s"
        return heard, windows if len(heard) == len(wave) else f"{windows}; here are its first {LONGEST_S:g} s"
    heard = length.window(wave, 0)
    if len(wave) <= length.samples:
        return heard, ""
    part = "middle" if length.policy == "crop" else "beginning"
    return heard, f"only its {part} was heard, {length.seconds:g} s of {lasting(whole_s)}"


def _pictured(sight: Sight, wave: np.ndarray, rate_hz: int) -> tuple[str, str]:
    """The picture of what the network sees, and what its axes and colours are."""
    features = sight(wave)
    shades, colours = sight.shades(features)
    bins_hz, bins = sight.bins_hz(), features.shape[1]
    upwards = f"{bins} bins" if bins_hz is None else f"{bins} bins, {bins_hz[0]:,.0f}–{bins_hz[-1]:,.0f} Hz"
    parts = [f"picture: 0–{len(wave) / rate_hz:.3g} s from left to right", f"{upwards} from bottom to top"]
    if features.ndim > 2:
        parts.append(f"{features.shape[2]} channels one above another")
    parts.append(colours)
    if sight.learns:
        parts.append("the front end as it was before it learnt")
    return picture_uri(shades), ", ".join(parts)


def _within(budget_bytes: int, mistakes: Iterable[Mistake], shown: Iterable[Mistake]) -> Iterator[Mistake]:
    """As many as there is room for with sound and picture, the others by name alone."""
    for mistake, whole in zip(mistakes, shown, strict=True):
        size = len(whole.audio or "") + len(whole.picture or "")
        if size > budget_bytes:
            yield replace(mistake, note="sound and picture are left out: they would make the page too large")
            continue
        budget_bytes -= size
        yield whole
