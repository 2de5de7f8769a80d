"""Planted copies: each change does what it says, and the split keeps copies with their originals."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from reprise.audio.decode import decode
from reprise.audio.fingerprint import fingerprint
from reprise.audio.frames import frame_features
from reprise.audio.settings import AudioSettings
from reprise.corpus.generate import generate
from reprise.splitting import planted
from reprise.splitting.assign import Fractions
from reprise.splitting.planted import RATE, changes
from reprise.splitting.split import Fingerprints, SplitSettings, split

Float32 = npt.NDArray[np.float32]

SETTINGS = AudioSettings()
THRESHOLD = 0.15
BEYOND = ("mp3, 8 kbit/s", "ogg opus, 9 kbit/s", "starts 10 s later")


def tone(hz: float, seconds: float = 4.0) -> Float32:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def loudest(samples: Float32) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax() * RATE / samples.size)


@pytest.mark.parametrize("factor", [0.92, 1.08])
def test_tempo_changes_length_and_no_pitch(factor: float) -> None:
    changed = planted.tempo(tone(440.0), factor)
    assert changed.size == pytest.approx(4 * RATE / factor, rel=0.01)
    assert loudest(changed) == pytest.approx(440.0, abs=1.0)


@pytest.mark.parametrize("factor", [0.92, 1.08])
def test_speed_changes_both(factor: float) -> None:
    changed = planted.speed(tone(440.0), factor)
    assert changed.size == pytest.approx(4 * RATE / factor, rel=0.001)
    assert loudest(changed) == pytest.approx(440.0 * factor, abs=1.0)


@pytest.mark.parametrize("semitones", [-2.0, 0.5, 1.0])
def test_pitch_changes_pitch_and_no_length(semitones: float) -> None:
    changed = planted.pitch(tone(440.0), semitones)
    assert changed.size == pytest.approx(4 * RATE, rel=0.01)
    assert loudest(changed) == pytest.approx(440.0 * 2 ** (semitones / 12), abs=1.0)


def test_noise_tilt_and_bands_have_their_levels() -> None:
    low, high = tone(500.0), tone(2_000.0)
    assert np.std(planted.noisy(low, 20.0) - low) == pytest.approx(0.1 * np.std(low), rel=0.02)
    both = planted.tilted(low + high, 3.0)
    spectrum = np.abs(np.fft.rfft(both))
    ratio = spectrum[2_000 * 4] / spectrum[500 * 4]  # two octaves apart
    assert 20 * np.log10(ratio) == pytest.approx(6.0, abs=0.1)
    assert np.std(planted.band_limited(high, 20.0, 1_000.0)) < 0.05 * np.std(high)
    assert planted.delayed(low, 1.0).size == 3 * RATE


def test_the_same_copy_twice() -> None:
    noise = planted.noisy(tone(300.0, 1.0), 3.0)
    short = {
        name: change
        for name, change in changes().items()
        if "later" not in name and "source" not in name and "mix" not in name
    }
    for name, change in short.items():
        first, second = change(noise), change(noise)
        assert first.dtype == np.float32, name
        assert np.array_equal(first, second), name


def vector(samples: Float32) -> Float32:
    return fingerprint(frame_features(samples, SETTINGS).log_mel, SETTINGS.frame_rate)


def copies_of(samples: Float32, names: list[str]) -> Float32:
    every = changes()
    return np.stack([vector(every[name](samples)[: samples.size]) for name in names])


@pytest.fixture(scope="module")
def embedded() -> list[Float32]:
    tracks = islice(generate("tracks", 1, 7), 5)
    return [track.samples.astype(np.float32) / np.float32(32_768) for track in tracks]


@pytest.mark.slow
def test_every_plausible_copy_of_an_embedded_track_is_found(embedded: list[Float32]) -> None:
    names = [name for name in changes() if name not in BEYOND]
    own = np.stack([vector(samples) for samples in embedded])
    assert np.triu(own @ own.T, 1).max() < THRESHOLD
    cosine = copies_of(embedded[3], names) @ own.T
    assert dict(zip(names, cosine[:, 3] >= THRESHOLD, strict=True)) == dict.fromkeys(names, True)
    assert np.delete(cosine, 3, axis=1).max() < THRESHOLD


def test_the_split_keeps_planted_copies_with_their_originals(embedded: list[Float32]) -> None:
    names = ["pitch +1 semitones", "speed -4 %", "tempo +4 %", "mp3, 32 kbit/s"]
    rows = [vector(samples) for samples in embedded] + list(copies_of(embedded[0], names))
    ids = [f"{number:04d}" for number in range(len(rows))]
    table = pd.DataFrame({"track_id": ids, "artist_id": ids, "official_split": None})
    done = split(
        table, Fingerprints(ids, np.stack(rows)), SplitSettings(Fractions(0.5, 0.2, 0.3), THRESHOLD, 0)
    )
    group = done.rows["group_id"].tolist()
    assert set(group[5:]) == {group[0]} == {"0000"}
    assert len(set(group[:5])) == 5
    assert done.rows.loc[[0, 5, 6, 7, 8], "split"].nunique() == 1


@pytest.mark.slow
def test_real_tracks_are_told_apart_and_found_again(real_data: Path) -> None:
    paths = sorted((real_data / "gtzan_mini").glob("*.flac"))[::9]
    tracks = [decode(path)[:660_000] for path in paths]
    own = np.stack([vector(samples) for samples in tracks])
    assert np.triu(own @ own.T, 1).max() < THRESHOLD
    names = [
        "pitch -1 semitones",
        "tempo +4 %",
        "speed +8 %",
        "mp3, 16 kbit/s",
        "noise at 10 dB",
        "another source",
    ]
    for number in (0, 5):
        assert (copies_of(tracks[number], names) @ own[number]).min() >= THRESHOLD
