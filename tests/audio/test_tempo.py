"""Tempo and beats: a click track at a known rate, noise, silence, and human beats."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.audio.beats import intervals, local_score, track_beats
from reprise.audio.settings import AudioSettings
from reprise.audio.tempo import onset_strength, tempo, tempogram_mean

Float32 = npt.NDArray[np.float32]
SETTINGS = AudioSettings()


def clicks(period: int, n_frames: int = 1_293) -> Float32:
    onsets = np.zeros(n_frames, np.float32)
    onsets[5::period] = 1.0
    return onsets


@given(st.integers(16, 40))
@settings(max_examples=15, deadline=None)
def test_clicks_give_their_tempo_and_beats(period: int) -> None:
    onsets = clicks(period)
    found = tempo(onsets, SETTINGS)
    assert found.bpm == pytest.approx(60 * SETTINGS.frame_rate / period)
    assert found.confidence > 0.9
    beats = track_beats(onsets, found.bpm, SETTINGS.frame_rate)
    assert set(np.diff(beats)[:-4]) == {period}  # the last beats are free, as in librosa
    mean, deviation = intervals(beats[:-4], SETTINGS.frame_rate)
    assert mean == pytest.approx(period / SETTINGS.frame_rate)
    assert deviation == pytest.approx(0.0, abs=1e-9)


def test_noise_has_little_confidence() -> None:
    onsets = np.abs(np.random.default_rng(0).standard_normal(1_293)).astype(np.float32)
    assert tempo(onsets, SETTINGS).confidence < 0.2


def test_without_onsets_there_is_no_tempo() -> None:
    assert tempo(np.zeros(500, np.float32), SETTINGS).bpm == 0.0
    assert track_beats(np.zeros(500, np.float32), 120.0, SETTINGS.frame_rate).size == 0
    assert intervals(np.zeros(0, np.intp), SETTINGS.frame_rate) == (0.0, 0.0)
    assert intervals(np.array([7]), SETTINGS.frame_rate) == (0.0, 0.0)


@pytest.mark.parametrize("n", [2, 3, 10, 40])
def test_a_few_frames_are_enough_not_to_fail(n: int) -> None:
    onsets = np.linspace(0, 1, n, dtype=np.float32)
    found = tempo(onsets, SETTINGS)
    beats = track_beats(onsets, found.bpm, SETTINGS.frame_rate)
    assert (np.diff(beats) > 0).all()
    assert beats.size == 0 or 0 <= beats[0] <= beats[-1] < n


def test_one_inverse_transform_equals_the_average_of_many() -> None:
    onsets = np.random.default_rng(1).random(200).astype(np.float32)
    length = 60
    padded = np.pad(onsets.astype(float), length // 2, mode="linear_ramp", end_values=0)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    slow = np.zeros(length)
    for start in range(onsets.size):
        part = padded[start : start + length] * window
        correlation = np.correlate(part, part, "full")[length - 1 :]
        slow += correlation / correlation[0] / onsets.size
    np.testing.assert_allclose(tempogram_mean(onsets, length), slow, atol=1e-5)


def test_blocks_of_the_recursion_equal_the_loop() -> None:
    onsets = np.random.default_rng(2).random(400).astype(np.float32)
    period = 21
    score = local_score(onsets, period)
    total = np.empty(400)
    for frame in range(400):
        options = [
            total[frame - lag] - 100.0 * np.log(lag / period) ** 2
            for lag in range(round(period / 2), 2 * period + 1)
            if frame >= lag
        ]
        total[frame] = score[frame] + max(options, default=0.0)
    beats = track_beats(onsets, 60 * SETTINGS.frame_rate / period, SETTINGS.frame_rate)
    chain = sum(score[beats]) - sum(100.0 * np.log(np.diff(beats) / period) ** 2)
    assert chain <= total.max() + 1e-6
    assert chain >= 0.9 * total.max()


def test_onsets_are_median_rises() -> None:
    log_mel = np.zeros((10, 5), np.float32)
    log_mel[4:, :3] = 6.0  # three of five bands rise
    onsets = onset_strength(log_mel, SETTINGS)
    assert (
        onsets.argmax() == 6
    )  # the rise stands at frame 3, half a frame (two hops) and the difference later
    assert onsets.max() == 6.0
    assert np.count_nonzero(onsets) == 1


@pytest.mark.slow
def test_tempo_against_people(real_data: Path) -> None:
    from reprise.audio.decode import read_samples
    from reprise.audio.features import extract

    with (real_data / "gtzan_tempo.csv").open(newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    truth = {row[0].removesuffix(".wav"): float(row[1]) for row in rows if row[1].replace(".", "").isdigit()}
    right = heard = 0
    for path in sorted((real_data / "gtzan_mini").glob("*.flac"))[::4]:
        if path.stem not in truth:
            continue
        bpm = extract(read_samples(path)).descriptors["tempo"]
        heard += 1
        right += any(
            abs(bpm - factor * truth[path.stem]) < 0.04 * factor * truth[path.stem]
            for factor in (1 / 3, 0.5, 1, 2, 3)
        )
    assert heard >= 20
    assert right / heard > 0.8
