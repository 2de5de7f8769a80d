"""Audio files made for tests: what libsndfile does not write is written by PyAV."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

Float32 = npt.NDArray[np.float32]

SONGS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
"""What libsndfile writes, by suffix."""

CONTAINERS = {
    "m4a": ("ipod", "aac"),
    "alac.m4a": ("ipod", "alac"),
    "opus.mp4": ("mp4", "libopus"),
    "aac": ("adts", "aac"),
    "wma": ("asf", "wmav2"),
    "mka": ("matroska", "aac"),
    "webm": ("webm", "libopus"),
    "wv": ("wv", "wavpack"),
    "tta": ("tta", "tta"),
    "caf": ("caf", "alac"),
    "ac3": ("ac3", "ac3"),
    "bare.mp3": ("mp3", "libmp3lame"),
}
"""What ffmpeg writes: container and codec, by suffix; the last without the header that holds its length."""

LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}


def noise(seconds: float, rate: int = 22_050, seed: int = 0, level: float = 0.1) -> Float32:
    """Music to a decoder: a tone in noise."""
    n = round(seconds * rate)
    tone = 0.3 * np.sin(2 * np.pi * 440.0 * np.arange(n) / rate)
    values: Float32 = (tone + level * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)
    return np.clip(values, -1.0, 1.0)


def by_libsndfile(samples: Float32, rate: int, kind: str, subtype: str) -> bytes:
    """Encode samples of shape (n,) or (n, channels), a second at a time: at once, libsndfile's Vorbis overflows its stack."""
    file = io.BytesIO()
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    with soundfile.SoundFile(file, "w", rate, channels, format=kind, subtype=subtype) as sound:
        for start in range(0, len(samples), rate):
            sound.write(samples[start : start + rate])
    return file.getvalue()


def by_ffmpeg(
    samples: Float32, rate: int, container: str, codec: str, tags: dict[str, str] | None = None
) -> bytes:
    """Encode samples of shape (n,) or (n, channels)."""
    file = io.BytesIO()
    options = (
        {"write_xing": "0", "id3v2_version": "0" if tags is None else "3"} if codec == "libmp3lame" else {}
    )
    with av.open(file, "w", format=container, options=options) as output:
        output.metadata.update(tags or {})
        layout = LAYOUTS[1 if samples.ndim == 1 else samples.shape[1]]
        stream = output.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = 64_000
        resampler = av.AudioResampler(format=stream.format.name, layout=layout, rate=rate)
        for start in range(0, len(samples), 65_536):
            packed = np.ascontiguousarray(samples[start : start + 65_536]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
            for piece in resampler.resample(frame):
                output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return file.getvalue()


def encode(samples: Float32, rate: int, suffix: str) -> bytes:
    """Encode samples as a file with this suffix."""
    if suffix in SONGS:
        return by_libsndfile(samples, rate, *SONGS[suffix])
    return by_ffmpeg(samples, rate, *CONTAINERS[suffix])


def write_lengthened(path: Path, minute: bytes, minutes: int) -> None:
    """Write an m4a file that holds the packets of a shorter one again and again."""
    with av.open(io.BytesIO(minute), "r") as source, av.open(str(path), "w", format="ipod") as output:
        theirs = source.streams.audio[0]
        stream = output.add_stream_from_template(theirs)
        packets = [packet for packet in source.demux(theirs) if packet.size]
        span = sum(packet.duration or 0 for packet in packets)
        content = [(bytes(packet), packet.pts or 0, packet.duration) for packet in packets]
        for again in range(minutes):
            for data, pts, duration in content:
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, theirs.time_base or Fraction(1)
                packet.pts = packet.dts = pts + again * span
                packet.duration = duration
                output.mux(packet)
