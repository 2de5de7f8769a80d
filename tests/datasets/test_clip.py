"""From encoded audio to a clip: one length, one format, a name that is its content."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.datasets.conftest import N_SAMPLES, encoded, tone

from reprise.audio.apart import decoder
from reprise.datasets.base import Encoded, RawTrack, Reject, Samples
from reprise.datasets.clip import SILENCE_DBFS, Clip, make_clip
from reprise.datasets.wav import wav_bytes


def clip_of(data: bytes) -> Clip | Reject:
    return make_clip(RawTrack("x", Encoded(data)), N_SAMPLES)


def reason_of(data: bytes) -> str:
    result = clip_of(data)
    assert isinstance(result, Reject)
    return result.reason


def test_wav_is_the_one_that_libsndfile_writes() -> None:
    samples = tone(0)
    assert wav_bytes(samples, 22_050) == encoded(samples)


@given(st.lists(st.integers(-32_768, 32_767), max_size=40))
@settings(deadline=None)
def test_wav_gives_its_samples_back(values: list[int]) -> None:
    data = wav_bytes(np.array(values, np.int16), 22_050)
    assert len(data) == 44 + 2 * len(values)
    assert soundfile.read(io.BytesIO(data), dtype="int16")[0].tolist() == values


def test_clip_is_the_start_of_the_track_bit_for_bit() -> None:
    samples = tone(1, N_SAMPLES + 5_000)
    clip = clip_of(encoded(samples))
    assert isinstance(clip, Clip)
    assert np.array_equal(clip.pcm, samples[:N_SAMPLES])
    assert clip.track_id == hashlib.sha256(samples[:N_SAMPLES].astype("<i2").tobytes()).hexdigest()[:16]


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_clip_of_the_middle_is_the_middle_bit_for_bit(kind: str) -> None:
    samples = tone(1, 5 * N_SAMPLES)
    clip = make_clip(RawTrack("x", Encoded(encoded(samples, kind=kind)), crop="middle"), N_SAMPLES)
    rendered = make_clip(RawTrack("x", Samples(samples), crop="middle"), N_SAMPLES)
    assert isinstance(clip, Clip)
    assert isinstance(rendered, Clip)
    assert np.array_equal(clip.pcm, samples[2 * N_SAMPLES : 3 * N_SAMPLES])
    assert np.array_equal(clip.pcm, rendered.pcm)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100])
@pytest.mark.parametrize("longer", [0.0, 0.03, 0.15, 0.3])
def test_a_middle_that_is_nearly_all_is_long_enough(rate: int, longer: float) -> None:
    samples = tone(1, round((1.0 + longer) * rate))
    clip = make_clip(RawTrack("x", Encoded(encoded(samples, rate)), crop="middle"), N_SAMPLES)
    assert isinstance(clip, Clip)
    assert clip.pcm.shape == (N_SAMPLES,)


def test_what_crashes_the_decoder_is_a_reject() -> None:
    clip_of(encoded(tone(0)))
    process = decoder()._process
    assert process is not None
    process.kill()
    assert reason_of(encoded(tone(0))) == "crashed"
    assert isinstance(clip_of(encoded(tone(0))), Clip)


def test_container_and_tags_do_not_change_the_id() -> None:
    samples = tone(2)
    flac = clip_of(encoded(samples, kind="FLAC"))
    wave = clip_of(encoded(samples, kind="AU"))
    rendered = make_clip(RawTrack("x", Samples(samples)), N_SAMPLES)
    assert isinstance(flac, Clip)
    assert isinstance(wave, Clip)
    assert isinstance(rendered, Clip)
    assert flac.track_id == wave.track_id == rendered.track_id


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_other_rates_and_channels_have_the_same_length(rate: int) -> None:
    stereo = np.column_stack([tone(3, rate), tone(4, rate)])
    clip = clip_of(encoded(stereo, rate))
    assert isinstance(clip, Clip)
    assert clip.pcm.shape == (N_SAMPLES,)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"these are words, not sound" * 50, "not_audio"),
        (encoded(tone(0))[:-2_000], "truncated"),
        (b"RIFF" + bytes(500), "corrupt"),
        (encoded(tone(0, N_SAMPLES - 1)), "too_short"),
        (encoded(tone(0, 100)), "too_short"),
        (encoded(np.zeros(N_SAMPLES, np.int16)), "silent"),
        (encoded(np.full(N_SAMPLES, 900, np.int16)), "silent"),
        (encoded(tone(0, level=5e-5)), "silent"),
        (encoded(np.full(N_SAMPLES, np.nan, np.float32), subtype="FLOAT"), "non_finite"),
    ],
    ids=[
        "no bytes",
        "words",
        "cut off",
        "a header alone",
        "one sample short",
        "far too short",
        "zeros",
        "a constant",
        "too quiet",
        "not a number",
    ],  # the bytes of a float WAV hold the time, and workers must agree on the names of tests
)
def test_bad_audio_is_a_reject_with_its_reason(data: bytes, reason: str) -> None:
    assert reason_of(data) == reason


def test_silence_begins_at_the_stated_level() -> None:
    quiet = 10 ** ((SILENCE_DBFS + 3) / 20)
    assert isinstance(clip_of(encoded(tone(0, level=quiet))), Clip)


def test_track_without_audio_is_named_by_what_it_is_and_not_by_its_label() -> None:
    song = RawTrack("1", None, title="T", artist="A", lyrics="la", year=1960, genre="pop")
    same = RawTrack("2", None, title="T", artist="A", lyrics="la", year=1960, genre="jazz")
    other = RawTrack("3", None, title="T", artist="A", lyrics="lo", year=1960, genre="pop")
    ids = [clip.track_id for clip in (make_clip(t, 0) for t in (song, same, other)) if isinstance(clip, Clip)]
    assert ids[0] == ids[1] != ids[2]
