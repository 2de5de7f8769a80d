from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import reprise
from reprise.corpus.balance import measure_balance_db, target_balance_db
from reprise.corpus.composition import compose
from reprise.corpus.factors import draw_spec
from reprise.corpus.rendering import render

SAMPLE_RATE = 22_050
SPECS = {
    "disco": dataclasses.replace(draw_spec(1, "disco", 0), density=0.5, swing=0.0, loudness=-16.0),
    "classical": draw_spec(1, "classical", 0),
    "metal": dataclasses.replace(draw_spec(1, "metal", 0), loudness=-12.0),
}


@pytest.fixture(scope="module")
def tracks() -> dict[str, npt.NDArray[np.int16]]:
    return {genre: render(spec) for genre, spec in SPECS.items()}


def test_a_track_has_the_promised_form(tracks: dict[str, npt.NDArray[np.int16]]) -> None:
    for samples in tracks.values():
        assert samples.shape == (661_794,)
        assert samples.dtype == np.int16


@pytest.mark.parametrize("genre", SPECS)
def test_loudness_is_the_level_in_decibels(genre: str, tracks: dict[str, npt.NDArray[np.int16]]) -> None:
    level = 20 * np.log10(np.sqrt(np.mean((tracks[genre] / 32768) ** 2)))
    assert level == pytest.approx(SPECS[genre].loudness, abs=0.3)


def _pulse_strength(
    samples: npt.NDArray[np.int16], tempos: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the autocorrelation of the onset strength at the beat periods of some tempos."""
    hop = 220
    frames = np.lib.stride_tricks.sliding_window_view(samples / 32768, 1024)[::hop] * np.hanning(1024)
    onset = np.maximum(np.diff(np.log1p(100 * np.abs(np.fft.rfft(frames, axis=1))), axis=0), 0).sum(1)
    onset = onset - onset.mean()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(onset, 2 * len(onset))) ** 2)
    lags = 60 / tempos * SAMPLE_RATE / hop
    heard = [np.interp(k * lags, np.arange(len(correlation)), correlation) for k in (1, 2, 4)]
    return np.asarray(np.mean(heard, axis=0))


def test_tempo_is_heard_in_a_metronomic_track(tracks: dict[str, npt.NDArray[np.int16]]) -> None:
    true_tempo = SPECS["disco"].tempo
    tempos = np.arange(0.75 * true_tempo, 1.45 * true_tempo, 0.25)
    heard = tempos[np.argmax(_pulse_strength(tracks["disco"], tempos))]
    assert heard == pytest.approx(true_tempo, rel=0.02)


def test_mastering_pulls_the_balance_towards_its_target(tracks: dict[str, npt.NDArray[np.int16]]) -> None:
    for genre, samples in tracks.items():
        measured = measure_balance_db((samples / 32768).astype(np.float32), SAMPLE_RATE)
        audible = slice(2, 12)
        assert np.abs(measured - target_balance_db(SPECS[genre]))[audible].mean() < 5


def test_a_singer_is_heard_where_the_score_has_a_syllable() -> None:
    spec = dataclasses.replace(SPECS["disco"], vocal=1.0)
    hop = SAMPLE_RATE // 50
    samples = render(spec) / 32768
    frames = samples[: len(samples) // hop * hop].reshape(-1, hop)
    power = (np.abs(np.fft.rfft(frames, axis=1)) ** 2)[:, 10:70].sum(1)
    sung = np.zeros(len(power), bool)
    for note in compose(spec).vocal:
        first, last = (max(0, int(50 * time)) for time in (note.start, note.start + note.duration))
        sung[first:last] = True
    assert 0.2 < sung.mean() < 0.98
    assert 10 * np.log10(np.median(power[sung]) / np.median(power[~sung])) > 3


def test_another_process_renders_the_same_bytes(tracks: dict[str, npt.NDArray[np.int16]]) -> None:
    program = (
        "import hashlib\n"
        "from reprise.corpus.factors import draw_spec\n"
        "from reprise.corpus.rendering import render\n"
        "print(hashlib.sha256(render(draw_spec(1, 'classical', 0)).tobytes()).hexdigest())\n"
    )
    source = str(Path(reprise.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": source, "PYTHONHASHSEED": "123", "OMP_NUM_THREADS": "2"}
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == hashlib.sha256(tracks["classical"].tobytes()).hexdigest()
