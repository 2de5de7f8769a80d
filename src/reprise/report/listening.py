"""What reconstructions sound like: a few seconds of a few tracks, as every model that can decode gives them back."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.models.read_latents import Unavailable
from reprise.report.griffin_lim import griffin_lim, spectrum

if TYPE_CHECKING:
    from reprise.audio.settings import AudioSettings
    from reprise.evaluation.reference import Reference
    from reprise.models.base import Model
    from reprise.report.reconstruction import Window
    from reprise.training.tracks import Tracks

FRAMES = 128
"""Frames of a clip: 3 s at hop 512."""
TRACKS = 2
CLASSES = 4
"""Classes that a latent is decoded as."""
ORIGINAL, SMOOTHED = "the original map", "the 20 MFCC of the original"


@dataclass(frozen=True)
class Clip:
    """A sound.

    Parameters
    ----------
    wav
        A WAV file: mono, 16 bit, half the sample rate of the features.
    error
        Root mean square difference of its map from the original, dB; ``None`` where there is no original to compare with.
    """

    wav: bytes
    error: float | None


@dataclass(frozen=True)
class Listening:
    """Everything to listen to.

    Parameters
    ----------
    tracks
        Title of each track.
    rows
        Name of a source (the original, a model) to one clip per track.
    classes
        Name of a conditional model to class to the first track decoded as that class.
    """

    tracks: tuple[str, ...]
    rows: dict[str, tuple[Clip, ...]]
    classes: dict[str, dict[str, Clip]]


def listen(
    models: Path, names: Sequence[str], tracks: Tracks, reference: Reference, audio: AudioSettings
) -> Listening:
    """Reconstruct and sound parts of test tracks, of others where there is no test track; of none without tracks.

    Parameters
    ----------
    models
        Folder of trained models.
    names
        Models that are available.
    tracks
        Maps and lyrics of all tracks, in the order of ``reference``.
    reference
        Labels and splits.
    audio
        Settings of the features.
    """
    from reprise.models.store import load_model  # with what follows: what only networks need
    from reprise.report.reconstruction import original, reconstruct, smoothed

    sound = Sound(audio)
    attribute = next((name for name in reference.classes if name not in reference.missing), None)
    windows = [_window(row, tracks, reference, attribute) for row in _chosen(reference, attribute)]
    if not windows:
        return Listening((), {}, {})
    truth = [original(tracks, window) for window in windows]
    rows = {ORIGINAL: tuple(sound.clip(mel, mel) for mel in truth)}
    rows[SMOOTHED] = tuple(
        sound.clip(smoothed(tracks, window), mel) for window, mel in zip(windows, truth, strict=True)
    )
    classes = {}
    for name in names:
        model = load_model(models / name)
        assert not isinstance(model, Unavailable)  # only available models are given
        told = [_as_told(window, model, reference) for window in windows]
        maps = [reconstruct(model, tracks, window) for window in told]
        if any(found is None for found in maps):
            continue
        rows[name] = tuple(sound.clip(found, mel) for found, mel in zip(maps, truth, strict=True))
        generated = _as_classes(model, tracks, told[0], sound)
        if generated:
            classes[name] = generated
    titles = tuple(_title(window, number, reference) for number, window in enumerate(windows, 1))
    return Listening(titles, rows, classes)


class Sound:
    """Turns maps into sound at half the sample rate: the upper half of the spectrum is left out.

    Parameters
    ----------
    audio
        Settings of the features.
    """

    def __init__(self, audio: AudioSettings) -> None:
        from reprise.audio.mel import filterbank

        self.filters = filterbank(audio)[:, : audio.n_fft // 4 + 1]
        self.hop, self.rate = audio.hop_length // 2, audio.sample_rate // 2

    def clip(self, mel: Any, truth: Any | None) -> Clip:
        """Return the sound of a map, and how far the map is from the truth."""
        signal = griffin_lim(spectrum(mel, self.filters), self.hop, 0)
        error = None if truth is None else float(np.sqrt(np.square(mel - truth).mean()))
        return Clip(wav_bytes(signal, self.rate), error)


def wav_bytes(signal: NDArray[np.float64], rate: int) -> bytes:
    """Return a WAV file of 16 bit, mono; the loudest sample stands at 0.8 of full scale."""
    peak = float(np.abs(signal).max()) or 1.0
    samples = np.round(signal / peak * 0.8 * 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def _chosen(reference: Reference, attribute: str | None) -> list[int]:
    """Return the first test tracks, of different classes where classes are known; of all tracks where none is for testing."""
    test = np.flatnonzero(reference.split == "test")
    rows = test if len(test) else np.arange(len(reference.split))
    first: dict[str, int] = {}
    if attribute is not None:
        for row in rows:
            first.setdefault(str(reference.classes[attribute][row]), int(row))
    known = [row for name, row in first.items() if name][:TRACKS]
    return known or [int(row) for row in rows[:TRACKS]]


def _window(row: int, tracks: Tracks, reference: Reference, attribute: str | None) -> Window:
    from reprise.report.reconstruction import Window

    total = int(tracks.mel.shape[2])
    length = min(FRAMES, total)
    label = "" if attribute is None else str(reference.classes[attribute][row])
    return Window(row, (total - length) // 2, length, label)


def _as_told(window: Window, model: Model, reference: Reference) -> Window:
    """Return the window with the class that this model is told."""
    attribute = getattr(model.params, "mode", None)
    return (
        window if attribute is None else replace(window, label=str(reference.classes[attribute][window.row]))
    )


def _as_classes(model: Model, tracks: Tracks, window: Window, sound: Sound) -> dict[str, Clip]:
    """Return one latent decoded as several classes, evenly picked; nothing of a model whose decoder is told none."""
    from reprise.report.reconstruction import reconstruct

    names = model.shapes.classes
    places = np.linspace(0, len(names) - 1, min(CLASSES, len(names))).round().astype(int)
    maps = {names[place]: reconstruct(model, tracks, window, names[place]) for place in places}
    return {name: sound.clip(found, None) for name, found in maps.items() if found is not None}


def _title(window: Window, number: int, reference: Reference) -> str:
    return f"{reference.split[window.row]} track {number}" + (f" ({window.label})" if window.label else "")
