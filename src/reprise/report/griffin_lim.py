"""From a log-mel map back to sound: powers of the linear spectrum, then phases that fit them.

Nothing of the original's phase is used, so that the sound of a reconstruction and of the original differ by the map alone.

References
----------
- Lee, Seung: Algorithms for non-negative matrix factorization. NeurIPS 2000 (the multiplicative update of the spectrum).
- Griffin, Lim: Signal estimation from modified short-time Fourier transform. IEEE TASSP 32, 1984.
- Perraudin, Balazs, Søndergaard: A fast Griffin-Lim algorithm. WASPAA 2013 (the momentum).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UPDATES = 30
ITERATIONS = 32
MOMENTUM = 0.99
TINY = 1e-12


def spectrum(mel_db: NDArray[Any], filters: NDArray[Any]) -> Floats:
    """Return non-negative magnitudes whose mel powers are those given, as near as `UPDATES` updates come.

    Parameters
    ----------
    mel_db
        Shape ``(bands, frames)``, dB of power.
    filters
        Shape ``(bands, bins)``: the mel filter bank.

    Returns
    -------
    ndarray
        Shape ``(bins, frames)``.
    """
    target = 10.0 ** (np.asarray(mel_db, dtype=np.float64) / 10.0)
    bank = np.asarray(filters, dtype=np.float64)
    share = bank / np.maximum(bank.sum(axis=1, keepdims=True), TINY)
    power = np.maximum(share.T @ target, TINY)  # every bin starts at what its bands hold on average
    wanted = bank.T @ target
    for _ in range(UPDATES):
        power *= wanted / np.maximum(bank.T @ (bank @ power), TINY)
    return np.asarray(np.sqrt(power))


def griffin_lim(magnitudes: Floats, hop: int, seed: int) -> Floats:
    """Return a signal whose short-time magnitudes are those given, as near as `ITERATIONS` iterations come.

    Parameters
    ----------
    magnitudes
        Shape ``(bins, frames)`` of centred frames under a periodic Hann window of ``2 (bins - 1)`` samples.
    hop
        Samples between frames.
    seed
        Seed of the phases it starts from.

    Returns
    -------
    ndarray
        Shape ``((frames - 1) hop,)``.
    """
    window = _window(2 * (len(magnitudes) - 1))
    generator = np.random.default_rng(seed)
    phases = np.exp(2j * np.pi * generator.random(magnitudes.shape))
    before = np.zeros_like(phases)
    for _ in range(ITERATIONS):
        rebuilt = stft(istft(magnitudes * phases, hop, window), hop, window)
        ahead = rebuilt - MOMENTUM / (1 + MOMENTUM) * before
        phases = ahead / np.maximum(np.abs(ahead), TINY)
        before = rebuilt
    return istft(magnitudes * phases, hop, window)


def stft(signal: Floats, hop: int, window: Floats) -> NDArray[np.complex128]:
    """Return the transform of centred frames, shape ``(bins, frames)``."""
    padded = np.pad(signal, len(window) // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, len(window))[::hop]
    return np.asarray(np.fft.rfft(frames * window, axis=1).T)


def istft(spectra: NDArray[np.complex128], hop: int, window: Floats) -> Floats:
    """Return the signal whose transform is nearest to the given one (equation 6 of Griffin and Lim)."""
    frames = np.fft.irfft(spectra.T, n=len(window), axis=1) * window
    length = (len(frames) - 1) * hop + len(window)
    signal, weight = np.zeros(length), np.zeros(length)
    for number, frame in enumerate(frames):
        signal[number * hop : number * hop + len(window)] += frame
        weight[number * hop : number * hop + len(window)] += window**2
    half = len(window) // 2
    return np.asarray((signal / np.maximum(weight, 1e-3))[half : length - half])


def _window(length: int) -> Floats:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length))
