"""From a mix to a finished recording: spectral balance, noise, band limits, loudness, clipping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, sosfilt

from reprise.corpus.balance import CENTRES_HZ, FloatArray, measure_balance_db, target_balance_db
from reprise.corpus.effects import control, follow, modulated_delay
from reprise.corpus.factors import TrackSpec
from reprise.corpus.mixing import sound_of
from reprise.corpus.randomness import stream
from reprise.corpus.signals import N_SAMPLES, SAMPLE_RATE, Signal, at_level, decibels, rms, smooth, stretch

FFT_SIZE = int(next_fast_len(N_SAMPLES, real=True))
N_BINS = FFT_SIZE // 2 + 1
CURVE_POINTS = 4096
"""Points of an equaliser curve between 0 Hz and the Nyquist frequency."""
MATCHING = 0.9
"""Part of the way to the target balance that the equaliser goes."""
LARGEST_GAIN_DB = 20.0
TRANSFER_HZ = (10_000.0, 10_700.0)
"""Range of the edge above which nothing survived the transfer to this sample rate; nothing to do with the genre."""
CEILING, KNEE = 0.985, 0.7
"""Highest level of a sample, and level above which a soft limiter bends."""


@dataclass(frozen=True)
class Medium:
    """What the recording was made with: the choices that mastering adds to the factors."""

    wow_rate: float
    wow_phase: float
    peaks: tuple[tuple[float, float, float], ...]
    bandwidth_hz: float
    transfer_hz: float
    bleed_db: float
    hiss_db: float
    crackles: int
    hard_clipping: bool


def master(spec: TrackSpec, mixed: Signal) -> npt.NDArray[np.int16]:
    """Return the finished track.

    Parameters
    ----------
    spec : TrackSpec
        Factors of the track.
    mixed : ndarray of float32, shape (N_SAMPLES,)
        The mix, at about -18 dB RMS.

    Returns
    -------
    ndarray of int16, shape (N_SAMPLES,)
        With an RMS level of ``spec.loudness`` dB re full scale, unless clipping forbids it.
    """
    rng = stream(spec.seed, spec.genre, spec.composition, "master")
    medium = _draw_medium(spec, sound_of(spec, "medium", rng))
    target = target_balance_db(spec)
    mixed = mixed + _bleed(mixed, target, medium, rng)
    mixed = modulated_delay(mixed, 0.0, 0.0004 + 0.0016 * spec.lofi, medium.wow_rate, medium.wow_phase)
    mixed = at_level(_equalise(mixed, target, spec, medium), -18.0)
    mixed = _transfer(mixed + _surface_noise(medium, rng), medium)
    return _set_loudness(mixed, spec.loudness, hard=medium.hard_clipping)


def _draw_medium(spec: TrackSpec, rng: np.random.Generator) -> Medium:
    """Draw the recording's technical quality; older (lo-fi) ones are narrower and noisier."""
    peaks = tuple(
        (
            float(np.exp(rng.uniform(np.log(80), np.log(8000)))),
            float(rng.standard_normal()),
            float(rng.uniform(0.3, 1)),
        )
        for _ in range(3)
    )
    crackling = rng.random() < 0.6 and spec.lofi > 0.55
    return Medium(
        wow_rate=float(rng.uniform(0.4, 1.2)),
        wow_phase=float(rng.uniform(0, 2 * np.pi)),
        peaks=peaks,
        bandwidth_hz=float(
            np.clip(11_800 - 5000 * spec.lofi**1.5 + 600 * rng.standard_normal(), 4000, 12_000)
        ),
        transfer_hz=float(rng.uniform(*TRANSFER_HZ)),
        bleed_db=float(rng.uniform(-58, -36)),
        hiss_db=float(-82 + 32 * spec.lofi + 4 * rng.standard_normal()),
        crackles=250 if crackling else 0,
        hard_clipping=bool(rng.random() < 0.5 * spec.energy),
    )


def _gains(curve_db: FloatArray) -> Signal:
    """Return the gains of all FFT bins for a curve of `CURVE_POINTS` + 1 values in dB."""
    hop = -(-N_BINS // CURVE_POINTS)
    places = np.arange(CURVE_POINTS + 2) * hop * (CURVE_POINTS / (N_BINS - 1))
    gains = np.interp(places, np.arange(CURVE_POINTS + 1), 10 ** (curve_db / 20))
    return stretch(gains, hop, N_BINS)


def _curve_hz() -> FloatArray:
    """Return the frequencies of an equaliser curve (the first is moved off zero)."""
    return np.maximum(np.linspace(0, SAMPLE_RATE / 2, CURVE_POINTS + 1), 1.0)


def _bands_to_curve_db(bands_db: FloatArray) -> FloatArray:
    """Return levels of the 16 bands as a curve, linear in log frequency."""
    return np.interp(np.log(_curve_hz()), np.log(CENTRES_HZ), bands_db)


def _bleed(mixed: Signal, target_db: FloatArray, medium: Medium, rng: np.random.Generator) -> Signal:
    """Return noise with the target's balance that follows the music: breath, room and bleed between the partials."""
    noise = rng.standard_normal(2 * N_BINS, dtype=np.float32).view(np.complex64)
    bed = irfft(noise * _gains(_bands_to_curve_db(target_db)), FFT_SIZE)[:N_SAMPLES].astype(np.float32)
    return control(at_level(bed, medium.bleed_db), follow(mixed))


def _equalise(mixed: Signal, target_db: FloatArray, spec: TrackSpec, medium: Medium) -> Signal:
    """Return the mix pulled towards the target balance, with a few resonances and the medium's band limits."""
    correction = np.clip(
        MATCHING * (target_db - measure_balance_db(mixed, SAMPLE_RATE)), -LARGEST_GAIN_DB, LARGEST_GAIN_DB
    )
    frequency = _curve_hz()
    curve = _bands_to_curve_db(correction)
    for centre, gain, width in medium.peaks:
        curve += gain * np.exp(-0.5 * (np.log2(frequency / centre) / width) ** 2)
    lowest = 12 + 30 * spec.lofi
    curve -= 10 * np.log10(1 + (lowest / frequency) ** 4) + 10 * np.log10(
        1 + (frequency / medium.bandwidth_hz) ** 8
    )
    return np.asarray(irfft(rfft(mixed, FFT_SIZE) * _gains(curve), FFT_SIZE)[:N_SAMPLES], np.float32)


def _surface_noise(medium: Medium, rng: np.random.Generator) -> Signal:
    """Return hiss with some hum-like rumble, and crackles."""
    white = rng.standard_normal(N_SAMPLES, dtype=np.float32)
    noise = white + 25 * smooth(white, 15)
    noise[1:] -= np.float32(0.7) * white[:-1]
    noise *= decibels(medium.hiss_db)
    if medium.crackles:
        clicks = np.zeros(N_SAMPLES, np.float32)
        clicks[rng.integers(0, N_SAMPLES, medium.crackles)] = 0.08 * rng.standard_normal(medium.crackles)
        noise += smooth(clicks, 5000)
    return noise


def _transfer(signal: Signal, medium: Medium) -> Signal:
    """Return the signal as converters and codecs leave it: with a steep edge below the Nyquist frequency."""
    edge = np.asarray(butter(8, medium.transfer_hz, fs=SAMPLE_RATE, output="sos"), np.float32)
    return np.asarray(sosfilt(edge, signal), np.float32)


def _set_loudness(signal: Signal, level_db: float, *, hard: bool) -> npt.NDArray[np.int16]:
    """Return 16-bit samples at an RMS level; what limiting takes away is made up for in a few steps."""
    loud = at_level(signal, level_db)
    for _ in range(4):
        limited = _limit(loud, hard=hard)
        missing = level_db - 20 * np.log10(rms(limited) + 1e-9)
        if abs(missing) < 0.02:
            break
        loud = loud * decibels(missing)
    return np.round(_limit(loud, hard=hard) * 32767).astype(np.int16)


def _limit(signal: Signal, *, hard: bool) -> Signal:
    """Return the signal below the ceiling: clipped, or bent above the knee."""
    if hard:
        return np.clip(signal, -CEILING, CEILING)
    level = np.abs(signal)
    above = level > KNEE
    out = signal.copy()
    bent = KNEE + (CEILING - KNEE) * np.tanh((level[above] - KNEE) / (CEILING - KNEE))
    out[above] = np.copysign(bent, signal[above])
    return out
