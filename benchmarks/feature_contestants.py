"""Ways to compute a track's features, as their own manuals write them; `benchmarks/features.py` times them.

Every function takes the path of an audio file and returns what it computed: ``log_mel`` and ``mfcc``, and ``descriptors``
where it has them.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import scipy.fft
import soundfile
from numpy.lib.stride_tricks import sliding_window_view

from reprise.audio import mel, stft
from reprise.audio.compiled import LANES
from reprise.audio.decode import read_samples
from reprise.audio.features import extract
from reprise.audio.frames import side_by_side
from reprise.audio.mfcc import mfcc as cepstrum
from reprise.audio.settings import AudioSettings

RATE, N_FFT, HOP, N_MELS, N_MFCC = 22_050, 2_048, 512, 128, 20
SETTINGS = AudioSettings(RATE, N_FFT, HOP, N_MELS, N_MFCC)
Features = dict[str, Any]
Contestant = Callable[[Path], Features]


def reprise_all(path: Path) -> Features:
    """Every feature of this project: mel, MFCC, 22 descriptors, 130 pooled statistics, segments, fingerprint."""
    found = extract(read_samples(path.read_bytes()), SETTINGS)
    return {"log_mel": found.log_mel, "mfcc": found.mfcc, "descriptors": found.descriptors}


def reprise_mel_mfcc(path: Path) -> Features:
    """Log-mel and MFCC alone."""
    samples, filters = read_samples(path.read_bytes()), mel.triangles(SETTINGS)
    power = np.empty((stft.padded_frames(samples.size, SETTINGS) // LANES, N_MELS, LANES), np.float32)
    for block, out in zip(stft.blocks(samples, SETTINGS), power, strict=True):
        mel.mel_power(block.power, *filters, out)
    log_mel = mel.power_to_db(side_by_side(power)[:, : SETTINGS.n_frames(samples.size)])
    return {"log_mel": log_mel, "mfcc": cepstrum(log_mel, N_MFCC)}


def librosa_naive(path: Path, tuning: float | None = None) -> Features:
    """One librosa call per feature, each with its own transform, as a first script does it."""
    y, _ = librosa.load(path, sr=RATE)
    log_mel = librosa.power_to_db(librosa.feature.melspectrogram(y=y), top_db=None)
    mfcc = librosa.feature.mfcc(y=y, n_mfcc=N_MFCC)
    series = {
        "zcr": librosa.feature.zero_crossing_rate(y),
        "rms": librosa.feature.rms(y=y),
        "centroid": librosa.feature.spectral_centroid(y=y),
        "bw": librosa.feature.spectral_bandwidth(y=y),
        "flat": librosa.feature.spectral_flatness(y=y),
        "mfcc1": mfcc[0],
        "mfcc2": mfcc[1],
        "chroma": librosa.feature.chroma_stft(y=y, tuning=tuning),
    }
    rest = [librosa.feature.spectral_rolloff(y=y), librosa.feature.spectral_contrast(y=y)]
    rest += [librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)]
    bpm, beats = librosa.beat.beat_track(y=y)
    return {
        "log_mel": log_mel,
        "mfcc": mfcc,
        "descriptors": _descriptors(series, bpm, beats),
        "pooled": [(np.mean(one, axis=-1), np.std(one, axis=-1)) for one in rest],
    }


def librosa_without_tuning(path: Path) -> Features:
    """Do the same, but take the tuning of chroma to be 440 Hz, as in this project."""
    return librosa_naive(path, tuning=0.0)


def librosa_shared(path: Path) -> Features:
    """One librosa transform, passed to every feature as ``S``."""
    y, _ = librosa.load(path, sr=RATE)
    magnitude = np.abs(librosa.stft(y))
    power = magnitude**2
    mel = librosa.feature.melspectrogram(S=power)
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=N_MFCC)
    series = {
        "zcr": librosa.feature.zero_crossing_rate(y),
        "rms": librosa.feature.rms(y=y),
        "centroid": librosa.feature.spectral_centroid(S=magnitude),
        "bw": librosa.feature.spectral_bandwidth(S=magnitude),
        "flat": librosa.feature.spectral_flatness(S=magnitude),
        "mfcc1": mfcc[0],
        "mfcc2": mfcc[1],
        "chroma": librosa.feature.chroma_stft(S=power, tuning=0.0),
    }
    rest = [librosa.feature.spectral_rolloff(S=magnitude), librosa.feature.spectral_contrast(S=magnitude)]
    rest += [librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)]
    onsets = librosa.onset.onset_strength(S=librosa.power_to_db(mel), aggregate=np.median)
    bpm, beats = librosa.beat.beat_track(onset_envelope=onsets)
    return {
        "log_mel": librosa.power_to_db(mel, top_db=None),
        "mfcc": mfcc,
        "descriptors": _descriptors(series, bpm, beats),
        "pooled": [(np.mean(one, axis=-1), np.std(one, axis=-1)) for one in rest],
    }


def librosa_mel_mfcc(path: Path) -> Features:
    """``melspectrogram`` and ``mfcc``, one after the other."""
    y, _ = librosa.load(path, sr=RATE)
    log_mel = librosa.power_to_db(librosa.feature.melspectrogram(y=y), top_db=None)
    return {"log_mel": log_mel, "mfcc": librosa.feature.mfcc(y=y, n_mfcc=N_MFCC)}


def floor() -> Contestant:
    """Nothing but what cannot be left out: decode, window, FFT (float32, in cache-sized blocks), mel product."""
    window = librosa.filters.get_window("hann", N_FFT).astype(np.float32)
    bank = np.ascontiguousarray(librosa.filters.mel(sr=RATE, n_fft=N_FFT, n_mels=N_MELS).T)

    def run(path: Path) -> Features:
        y, _ = soundfile.read(path, dtype="float32")
        frames = sliding_window_view(np.pad(y, N_FFT // 2), N_FFT)[::HOP]
        mel = np.empty((len(frames), N_MELS), np.float32)
        for start in range(0, len(frames), 64):
            spectrum = scipy.fft.rfft(frames[start : start + 64] * window, axis=1, overwrite_x=True)
            mel[start : start + 64] = (spectrum.real**2 + spectrum.imag**2) @ bank
        return {"log_mel": librosa.power_to_db(mel.T, top_db=None)}

    return run


def torchaudio_mel_mfcc() -> Contestant:
    """``MelSpectrogram``, ``AmplitudeToDB`` and ``MFCC`` of torchaudio, on one thread, with librosa's mel scale."""
    torch, torchaudio = importlib.import_module("torch"), importlib.import_module("torchaudio")
    torch.set_num_threads(1)
    options = {
        "n_fft": N_FFT, "hop_length": HOP, "n_mels": N_MELS, "norm": "slaney", "mel_scale": "slaney", "pad_mode": "constant",
    }  # fmt: skip
    mel = torchaudio.transforms.MelSpectrogram(RATE, **options)
    decibels = torchaudio.transforms.AmplitudeToDB("power", top_db=None)
    mfcc = torchaudio.transforms.MFCC(RATE, n_mfcc=N_MFCC, melkwargs=options)

    def run(path: Path) -> Features:
        y, _ = soundfile.read(path, dtype="float32")
        samples = torch.from_numpy(y)
        with torch.inference_mode():
            return {"log_mel": decibels(mel(samples)).numpy(), "mfcc": mfcc(samples).numpy()}

    return run


def nnaudio_mel_mfcc() -> Contestant:
    """``MelSpectrogram`` and ``MFCC`` of nnAudio, on one thread."""
    torch, features = importlib.import_module("torch"), importlib.import_module("nnAudio.features")
    torch.set_num_threads(1)
    options = {"sr": RATE, "n_fft": N_FFT, "hop_length": HOP, "n_mels": N_MELS, "verbose": False}
    mel = features.MelSpectrogram(pad_mode="constant", **options)
    mfcc = features.MFCC(n_mfcc=N_MFCC, pad_mode="constant", **options)

    def run(path: Path) -> Features:
        y, _ = soundfile.read(path, dtype="float32")
        samples = torch.from_numpy(y)[None]
        with torch.inference_mode():
            log_mel = librosa.power_to_db(mel(samples)[0].numpy(), top_db=None)
            return {"log_mel": log_mel, "mfcc": mfcc(samples)[0].numpy()}

    return run


def essentia_features() -> Contestant:
    """Essentia's frame loop for the features it shares, and its ``RhythmExtractor2013``; its own definitions."""
    importlib.import_module("essentia").log.infoActive = False
    standard = importlib.import_module("essentia.standard")
    window, spectrum = standard.Windowing(type="hann", size=N_FFT), standard.Spectrum(size=N_FFT)
    mfcc = standard.MFCC(
        inputSize=N_FFT // 2 + 1, sampleRate=RATE, numberBands=N_MELS, numberCoefficients=N_MFCC
    )
    shape = [standard.Centroid(range=RATE / 2), standard.Flatness(), standard.RollOff(sampleRate=RATE)]
    shape += [standard.SpectralContrast(sampleRate=RATE, frameSize=N_FFT)]
    wave = [standard.ZeroCrossingRate(), standard.RMS()]
    peaks, pitch = standard.SpectralPeaks(sampleRate=RATE), standard.HPCP(sampleRate=RATE)
    rhythm = standard.RhythmExtractor2013(method="degara")

    def run(path: Path) -> Features:
        y, _ = soundfile.read(path, dtype="float32")
        rows = []
        for frame in standard.FrameGenerator(y, frameSize=N_FFT, hopSize=HOP):
            bins = spectrum(window(frame))
            mel, coefficients = mfcc(bins)
            rows.append((mel, coefficients, pitch(*peaks(bins)), *(one(bins) for one in shape)))
            for one in wave:
                one(frame)
        return {"rows": rows, "rhythm": rhythm(y)}

    return run


def opensmile_features() -> Contestant:
    """OpenSMILE's eGeMAPS functionals: 88 statistics of other features."""
    opensmile = importlib.import_module("opensmile")
    smile = opensmile.Smile(
        opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals, num_workers=1
    )

    def run(path: Path) -> Features:
        return {"functionals": smile.process_file(str(path))}

    return run


def optional(build: Callable[[], Contestant]) -> Contestant | str:
    """Return a contestant, or why there is none here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return build()
        except ModuleNotFoundError as error:
            return f"{error.name} is not installed"
        except (ImportError, OSError) as error:
            return f"does not load: {str(error).splitlines()[0]}"


def _descriptors(series: dict[str, Any], bpm: Any, beats: Any) -> dict[str, float]:
    values = {f"{name}_mean": float(np.mean(value, dtype=float)) for name, value in series.items()}
    values |= {f"{name}_std": float(np.std(value, dtype=float)) for name, value in series.items()}
    gaps = np.diff(librosa.frames_to_time(beats))
    mean, deviation = (float(gaps.mean()), float(gaps.std())) if len(gaps) else (0.0, 0.0)
    return values | {"tempo": float(np.ravel(bpm)[0]), "beat_int_mean": mean, "beat_int_std": deviation}
