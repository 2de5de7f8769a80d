from __future__ import annotations

import io
import wave

import librosa
import numpy as np
import pytest

from reprise.report.griffin_lim import griffin_lim, istft, spectrum, stft
from reprise.report.listening import wav_bytes

pytestmark = pytest.mark.xdist_group("librosa")  # which one process compiles

RATE, FFT, HOP = 22_050, 1024, 256
WINDOW = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT)


def chirp() -> np.ndarray:
    time = np.arange(64 * HOP) / RATE
    noise = 0.02 * np.random.default_rng(0).standard_normal(len(time))
    return np.asarray(np.sin(2 * np.pi * (300 + 900 * time) * time) * np.exp(-((time * 4) % 1) * 3) + noise)


def error(signal: np.ndarray, magnitudes: np.ndarray) -> float:
    found = np.abs(stft(signal, HOP, WINDOW))
    return float(np.linalg.norm(found - magnitudes) / np.linalg.norm(magnitudes))


def test_the_transform_equals_librosa_and_is_undone() -> None:
    signal = chirp()
    spectra = stft(signal, HOP, WINDOW)
    oracle = librosa.stft(signal, n_fft=FFT, hop_length=HOP, pad_mode="constant")
    assert np.allclose(spectra, oracle, atol=1e-6)
    assert np.allclose(istft(spectra, HOP, WINDOW), signal, atol=1e-9)


def test_phases_fit_as_well_as_those_of_librosa() -> None:
    magnitudes = np.abs(stft(chirp(), HOP, WINDOW))
    mine = error(griffin_lim(magnitudes, HOP, 0), magnitudes)
    oracle = librosa.griffinlim(
        magnitudes, n_iter=32, hop_length=HOP, n_fft=FFT, random_state=0, pad_mode="constant"
    )
    assert mine < 1.15 * error(oracle, magnitudes)
    assert mine < 0.25


def test_the_spectrum_has_the_mel_powers_that_were_asked_for() -> None:
    filters = librosa.filters.mel(sr=RATE, n_fft=FFT, n_mels=40)
    powers = filters @ np.abs(stft(chirp(), HOP, WINDOW)) ** 2
    found = spectrum(10 * np.log10(np.maximum(powers, 1e-10)), filters)
    assert (found >= 0).all()
    assert np.linalg.norm(filters @ found**2 - powers) / np.linalg.norm(powers) < 0.05
    oracle = librosa.feature.inverse.mel_to_stft(powers, sr=RATE, n_fft=FFT)
    assert np.linalg.norm(filters @ oracle**2 - powers) / np.linalg.norm(powers) < 0.05


def test_equal_seeds_give_equal_sounds_and_silence_stays_silent() -> None:
    magnitudes = np.abs(stft(chirp(), HOP, WINDOW))[:, :20]
    assert np.array_equal(griffin_lim(magnitudes, HOP, 3), griffin_lim(magnitudes, HOP, 3))
    assert not griffin_lim(np.zeros((FFT // 2 + 1, 8)), HOP, 0).any()


@pytest.mark.parametrize("peak", [0.0, 0.001, 7.0])
def test_wav_files_are_16_bit_and_equally_loud(peak: float) -> None:
    with wave.open(io.BytesIO(wav_bytes(np.array([0.0, peak, -peak / 2]), 11_025))) as file:
        samples = np.frombuffer(file.readframes(3), "<i2")
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 11_025)
    assert samples.max() == (round(0.8 * 32767) if peak else 0)
