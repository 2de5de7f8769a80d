"""The reader: every format, rate and channel count; every way in which a file can be bad has its reason."""

from __future__ import annotations

import io
import pickle
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.audio.decode import UnreadableAudio, decode, mix, read_samples, resampled_length, to_pcm16
from reprise.errors import RepriseError

Float32 = npt.NDArray[np.float32]

RATE = 44_100
TONE = (0.4 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)).astype(np.float32)


def encode(samples: Float32 = TONE, rate: int = RATE, kind: tuple[str, str] = ("WAV", "PCM_16")) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind[0], subtype=kind[1])
    return file.getvalue()


KINDS = [
    ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "PCM_U8"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"), ("AIFF", "PCM_16"),
    ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III"),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind))
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_gives_the_tone(kind: tuple[str, str], channels: int) -> None:
    samples = decode(encode(np.repeat(TONE[:, None], channels, axis=1), RATE, kind))
    assert samples.dtype == np.float32
    assert samples.shape == (44_100,)
    middle = samples[4_000:-4_000]
    wave = 2 * np.pi * 440 * np.arange(4_000, 40_100) / 22_050
    amplitude = 2 * abs(np.mean(middle * np.exp(-1j * wave)))
    assert amplitude == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 32_000, 48_000, 96_000])
def test_rates_become_one_rate(rate: int) -> None:
    samples = decode(encode(np.resize(TONE, rate), rate))
    assert samples.size == resampled_length(rate, rate, 22_050) == 22_050


@given(
    st.integers(1, 5_000), st.sampled_from([8_000, 22_050, 44_100, 48_000]), st.sampled_from([16_000, 22_050])
)
@settings(max_examples=40, deadline=None)
def test_the_resampled_length_is_known_beforehand(n: int, rate: int, target: int) -> None:
    n += rate // 5
    assert decode(encode(TONE[:n], rate), target).size == resampled_length(n, rate, target)


def test_resampling_filters_what_it_cannot_hold() -> None:
    above = np.sin(2 * np.pi * 15_000 * np.arange(RATE) / RATE).astype(np.float32)
    assert np.abs(decode(encode(above + TONE[:RATE]))[2_000:-2_000]).max() < 0.41


def test_channels_are_averaged() -> None:
    block = np.random.default_rng(0).standard_normal((100, 6)).astype(np.float32)
    for channels in range(1, 7):
        np.testing.assert_allclose(mix(block[:, :channels]), block[:, :channels].mean(axis=1), atol=1e-6)


def test_opposite_channels_are_silent() -> None:
    with pytest.raises(UnreadableAudio) as caught:
        decode(encode(np.stack([TONE, -TONE], axis=1), kind=("WAV", "FLOAT")))
    assert caught.value.reason == "silent"


@pytest.mark.parametrize("kind", [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")])
def test_a_part_is_that_part_of_the_whole(kind: tuple[str, str]) -> None:
    file = encode(kind=kind, rate=22_050)
    whole = decode(file)
    np.testing.assert_allclose(decode(file, offset=1.0, duration=0.5), whole[22_050:33_075], atol=1e-4)
    np.testing.assert_allclose(decode(file, offset=3.5), whole[77_175:], atol=1e-4)
    assert decode(file, duration=99.0).size == whole.size


def test_sixteen_bits_survive_a_round_trip() -> None:
    steps = np.random.default_rng(0).integers(-32_768, 32_768, 30_000).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, steps, 22_050, format="WAV", subtype="PCM_16")
    assert np.array_equal(read_samples(file), steps)
    assert read_samples(file).dtype == np.int16
    assert np.array_equal(to_pcm16(decode(file)), steps)


def test_quantising_clips() -> None:
    assert to_pcm16(np.array([2.0, -2.0, 1.0, 0.4 / 32_768])).tolist() == [32_767, -32_768, 32_767, 0]


def test_the_callers_file_stays_open() -> None:
    file = io.BytesIO(encode())
    decode(file)
    assert not file.closed


def with_header_rate(rate: int) -> bytes:
    file = encode()
    return file[:24] + struct.pack("<I", rate) + file[28:]


def with_value(value: float) -> bytes:
    samples = TONE.copy()
    samples[1_000] = value
    return encode(samples, kind=("WAV", "FLOAT"))


BAD = {
    "empty": (b"", "empty"),
    "text": (b"this is no audio\n" * 99, "not_audio"),
    "no_samples": (encode(TONE[:0]), "empty"),
    "half_a_wav": (encode()[: len(encode()) // 2], "truncated"),
    "half_a_flac": ((f := encode(kind=("FLAC", "PCM_16")))[: len(f) // 2], "corrupt"),
    "half_an_mp3": (encode(kind=("MP3", "MPEG_LAYER_III"))[:8_000], "truncated"),
    "broken_header": (b"RIFF" + encode()[4:30] + bytes(200), "corrupt"),
    "overwritten_flac": (f[: len(f) // 2] + bytes(range(256)) * 20 + f[len(f) // 2 + 5_120 :], "corrupt"),
    "id3_only": (b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(2_000), "corrupt"),
    "silent": (encode(0 * TONE), "silent"),
    "constant": (encode(0 * TONE + 0.5, kind=("WAV", "FLOAT")), "silent"),
    "too_short": (encode(TONE[:500]), "too_short"),
    "not_a_number": (with_value(np.nan), "non_finite"),
    "infinite": (with_value(-np.inf), "non_finite"),
    "integer_scaled": (encode(TONE * 32_768, kind=("WAV", "FLOAT")), "out_of_range"),
    "zero_hertz": (with_header_rate(0), "corrupt"),
    "one_megahertz": (with_header_rate(1_000_000), "bad_rate"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("reader", [decode, read_samples])
def test_a_bad_file_has_its_reason(name: str, reader: object, capfd: pytest.CaptureFixture[str]) -> None:
    file, reason = BAD[name]
    with pytest.raises(UnreadableAudio) as caught:
        (decode if reader is decode else read_samples)(file)
    assert caught.value.reason == reason
    assert isinstance(caught.value, RepriseError)
    capfd.readouterr()  # the mp3 library writes to the terminal


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    folder = tmp_path / "x.wav"
    folder.mkdir()
    for path, reason in ((folder, "not_audio"), (tmp_path / "none.wav", "missing")):
        with pytest.raises(UnreadableAudio, match=path.name) as caught:
            decode(path)
        assert caught.value.reason == reason


def test_an_offset_beyond_the_end() -> None:
    with pytest.raises(UnreadableAudio, match=r"offset 9\.0 s is beyond its 2\.000 s"):
        decode(encode(), offset=9.0)


def test_a_header_that_promises_too_much_allocates_nothing() -> None:
    file = bytearray(encode(kind=("FLAC", "PCM_16")))
    file[21] |= 0x0F  # the upper bits of the number of samples: 64 billion
    with pytest.raises(UnreadableAudio) as caught:
        decode(bytes(file))
    assert caught.value.reason in {"truncated", "corrupt"}


def test_a_wav_of_unknown_length_is_read_to_its_end() -> None:
    file = encode()
    at = file.index(b"data") + 4
    assert decode(file[:at] + b"\xff\xff\xff\xff" + file[at + 4 :]).size == 44_100


def test_the_error_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(UnreadableAudio("silent", "a.wav: nothing")))
    assert (error.reason, error.detail) == ("silent", "a.wav: nothing")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(
        st.sampled_from([("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("WAV", "FLOAT")])
    )
    file = bytearray(encode(TONE[:8_000], kind=kind))
    for _ in range(data.draw(st.integers(1, 8))):
        file[data.draw(st.integers(0, min(len(file) - 1, 300)))] = data.draw(st.integers(0, 255))
    try:
        samples = decode(bytes(file))
    except UnreadableAudio:
        return
    assert np.isfinite(samples).all()
