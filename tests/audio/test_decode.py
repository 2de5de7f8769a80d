"""The reader: every format, rate and channel count; every way in which a file can be bad has its reason."""

from __future__ import annotations

import errno
import io
import os
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audio.encoders import CONTAINERS, by_ffmpeg, noise, write_lengthened
from tests.audio.encoders import encode as encode_as

from reprise.audio.channels import mix
from reprise.audio.decode import (
    Part,
    UnreadableAudio,
    decode,
    decode_pcm16,
    read_samples,
    resampled_length,
    to_pcm16,
)
from reprise.audio.mpeg import states_its_length
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


@pytest.mark.parametrize("suffix", CONTAINERS)
@pytest.mark.parametrize("channels", [1, 2])
def test_what_libsndfile_does_not_read_gives_the_tone_as_well(suffix: str, channels: int) -> None:
    rate = 48_000 if suffix in ("webm", "opus.mp4") else RATE
    tone = np.resize(TONE, 2 * rate) if rate == RATE else tone_at(rate)
    samples = decode(
        encode_as(np.repeat(tone[:, None], channels, axis=1) if channels == 2 else tone, rate, suffix)
    )
    assert samples.dtype == np.float32
    assert abs(samples.size - 44_100) < 2_500  # encoders pad, and lose the last packet
    middle = samples[6_000:36_000]
    wave = 2 * np.pi * 440 * np.arange(30_000) / 22_050
    assert 2 * abs(np.mean(middle * np.exp(-1j * wave))) == pytest.approx(0.4, abs=0.02)


def tone_at(rate: int) -> Float32:
    return np.asarray(0.4 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate), np.float32)


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "alac.m4a", "aac", "wv", "tta", "bare.mp3", "opus.mp4"])
def test_a_part_of_a_compressed_file_is_that_part_of_the_whole(suffix: str) -> None:
    rate = 24_000
    file = encode_as(noise(8.0, rate), rate, suffix)
    own = 48_000 if suffix == "opus.mp4" else rate  # Opus has one rate
    whole = decode(file, own)
    for offset in (0.5, 4.321, 6.9):
        part = decode(file, own, offset=offset, duration=0.5)
        start = round(offset * own)
        np.testing.assert_allclose(part, whole[start : start + part.size], atol=1e-4)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "m4a", "aac", "bare.mp3"])
def test_the_middle_is_in_the_middle(suffix: str) -> None:
    samples = noise(9.0, 22_050, level=0.001) * np.repeat([0.01, 1.0, 0.01], 3 * 22_050).astype(np.float32)
    file = encode_as(samples, 22_050, suffix)
    middle = decode_pcm16(file, Part(duration=2.0, centred=True)) / 32_768
    assert middle.size == 44_100
    assert np.std(middle[:1_000]) == pytest.approx(np.std(middle[-1_000:]), rel=0.2)
    assert np.std(middle) > 0.15


def test_the_middle_of_a_short_file_is_all_of_it() -> None:
    assert decode_pcm16(encode(), Part(duration=9.0, centred=True)).size == 44_100


@given(st.integers(3_000, 30_000), st.integers(0, 2), st.floats(0.2, 2.0), st.booleans())
@settings(max_examples=30, deadline=None)
def test_int16_that_passes_untouched_is_what_rounding_gives(
    n: int, kind: int, seconds: float, centred: bool
) -> None:
    samples = np.random.default_rng(n).integers(-32_768, 32_768, (n, 1 + kind // 2)).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, samples, 22_050 if kind != 1 else 16_000, format="WAV", subtype="PCM_16")
    whole = to_pcm16(decode(file.getvalue()))
    assert np.array_equal(decode_pcm16(file.getvalue()), whole)
    part = decode_pcm16(file.getvalue(), Part(duration=seconds, centred=centred))
    assert part.size == min(whole.size, round(seconds * 22_050))


def test_an_mp3_that_does_not_say_its_length_is_read_whole() -> None:
    loud_end = np.concatenate([0.01 * noise(4.0), noise(4.0)])  # a guess from the first frames falls short
    file = encode_as(loud_end, 22_050, "bare.mp3")
    assert not states_its_length(io.BytesIO(file))
    assert decode(file).size == pytest.approx(8 * 22_050, abs=3_000)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_an_mp3_that_says_its_length_is_known_behind_any_tag(channels: int, rate: int) -> None:
    samples = np.repeat(noise(1.0, rate)[:, None], channels, axis=1)
    file = encode(samples, rate, ("MP3", "MPEG_LAYER_III"))
    picture = b"ID3\x03\x00\x00" + bytes([0, 0x12, 0x34, 0x56]) + bytes(0x12 << 14 | 0x34 << 7 | 0x56)
    for tagged in (file, picture + file, picture + picture + file):
        assert states_its_length(io.BytesIO(tagged))
        assert decode(tagged, rate).size == pytest.approx(rate, abs=2_400)


def test_an_mp3_that_was_joined_from_two_is_read_over_the_tags_between_them() -> None:
    file = by_ffmpeg(noise(3.0), 22_050, "mp3", "libmp3lame", {"title": "x" * 3_000})
    assert decode(file + file).size == pytest.approx(6 * 22_050, abs=6_000)


def test_a_flac_that_does_not_say_its_length_is_read_whole() -> None:
    file = bytearray(encode(kind=("FLAC", "PCM_16")))
    file[21] &= 0xF0
    file[22:26] = bytes(4)
    assert decode(bytes(file)).size == 44_100


def test_many_channels_are_one() -> None:
    gains = np.array([1.0, 0.5, 0.25, 0.0, -0.5, 1.0], np.float32)
    samples = decode(encode(TONE[:, None] * gains, kind=("WAV", "FLOAT")), RATE)
    np.testing.assert_allclose(samples, TONE * gains.mean(), atol=1e-6)


@pytest.mark.parametrize(("container", "codec"), [("ipod", "aac"), ("matroska", "pcm_f32le")])
@pytest.mark.parametrize("channels", [6, 8])
def test_surround_sound_is_one_channel_too(container: str, codec: str, channels: int) -> None:
    samples = decode(
        by_ffmpeg(np.repeat(noise(1.0, RATE)[:, None], channels, axis=1), RATE, container, codec)
    )
    assert samples.size == pytest.approx(22_050, abs=1_100)
    assert 0.15 < np.std(samples[4_000:-4_000]) < 0.3  # the sixth channel is for low frequencies only


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


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.wav")
    with pytest.raises(UnreadableAudio, match="no regular file") as caught:
        decode(tmp_path / "x.wav")
    assert caught.value.reason == "not_audio"


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.wav").write_bytes(encode())

    def closed(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(UnreadableAudio, match="Permission denied") as caught:
        decode(tmp_path / "x.wav")
    assert caught.value.reason == "unreadable"


@pytest.mark.parametrize("suffix", ["mp3", "aac", "m4a", "wav", "ogg", "m3u8", "ffconcat"])
def test_a_text_is_no_audio_and_no_list_of_files(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "real.wav").write_bytes(encode())
    texts = {
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n{tmp_path / 'real.wav'}\n#EXT-X-ENDLIST\n",
        "ffconcat": f"ffconcat version 1.0\nfile '{tmp_path / 'real.wav'}'\n",
    }
    path = tmp_path / f"x.{suffix}"
    path.write_text(texts.get(suffix, "these are words\n" * 99))
    for source in (path, path.read_bytes()):
        with pytest.raises(UnreadableAudio) as caught:
            decode(source)
        assert caught.value.reason == "not_audio"


def test_a_truncated_m4a_is_refused() -> None:
    file = encode_as(noise(4.0, 44_100), 44_100, "m4a")
    with pytest.raises(UnreadableAudio):
        decode(file[: len(file) // 2])


def test_a_picture_beside_the_sound_is_passed_over() -> None:
    file = by_ffmpeg(noise(1.0), 22_050, "ipod", "aac", {"title": "x" * 5_000})
    assert decode(file).size == pytest.approx(22_050, abs=2_048)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["wav", "m4a", "bare.mp3"])
def test_two_hours_take_the_memory_of_the_part(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    if suffix == "wav":
        write_mostly_empty(path, seconds=7_200, rate=44_100)
    elif suffix == "m4a":
        write_lengthened(path, encode_as(noise(60.0, 8_000), 8_000, "m4a"), 120)
    else:
        path.write_bytes(encode_as(noise(60.0, 8_000), 8_000, "bare.mp3") * 120)
    code = (
        "import re, sys; from reprise.audio.decode import Part, decode_pcm16\n"
        "n = decode_pcm16(sys.argv[1], Part(duration=30.0, centred=True)).size\n"
        "print(n, int(re.search('VmHWM: *(.*) kB', open('/proc/self/status').read().replace(chr(9), ' '))[1]) // 1024)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    result = subprocess.run(
        [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, text=True, check=True
    )
    n, megabytes = map(int, result.stdout.split())
    assert n == 661_500
    assert megabytes < 200, "the whole takes 1,270 MB"


def write_mostly_empty(path: Path, seconds: int, rate: int) -> None:
    """Write a stereo wav whose middle minute has sound; the rest takes no space on the disk."""
    size = 4 * seconds * rate
    head = encode(np.zeros((1, 2), np.float32), rate)[:44]
    sound = np.random.default_rng(0).integers(-9_000, 9_000, (60 * rate, 2)).astype("<i2").tobytes()
    with path.open("wb") as file:
        file.write(head[:4] + struct.pack("<I", 36 + size) + head[8:40] + struct.pack("<I", size))
        file.seek(44 + size // 2 - len(sound) // 2)
        file.write(sound)
        file.truncate(44 + size)


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
