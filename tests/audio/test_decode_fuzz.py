"""Damaged files of every kind: each is read or refused with a reason; none crashes, hangs or escapes with another error."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.audio.encoders import CONTAINERS, SONGS, encode, noise

from reprise.audio.apart import Decoder
from reprise.audio.decode import Part
from reprise.audio.unreadable import UnreadableAudio

RATE = 24_000
FILES = {
    suffix: encode(noise(0.5, RATE), RATE, suffix) for suffix in (*SONGS, *CONTAINERS) if suffix != "ac3"
}
REASONS = {
    "empty", "not_audio", "unsupported", "corrupt", "truncated", "bad_rate", "too_short", "silent", "non_finite", "out_of_range",
}  # fmt: skip
PARTS = (Part(), Part(duration=0.2), Part(offset=0.2, duration=0.2), Part(duration=0.2, centred=True))

Mutation = Callable[[bytes], bytes]


def overwrite(at: int, value: bytes) -> Mutation:
    return lambda data: data[: at % len(data)] + value + data[at % len(data) + len(value) :]


def remove(at: int, count: int) -> Mutation:
    return lambda data: data[: at % len(data)] + data[at % len(data) + count :]


def repeat(at: int, count: int) -> Mutation:
    return lambda data: data[: at % len(data) + count] + data[at % len(data) :]


def cut(at: int) -> Mutation:
    return lambda data: data[: at % len(data)]


positions = st.one_of(st.integers(0, 300), st.integers(0, 1 << 16))
values = st.one_of(
    st.binary(min_size=1, max_size=8), st.sampled_from([b"\xff" * 4, bytes(8), b"\x7f\xff\xff\xff"])
)
mutations = st.one_of(
    st.builds(overwrite, positions, values),
    st.builds(remove, positions, st.sampled_from([1, 2, 4, 100])),
    st.builds(repeat, positions, st.sampled_from([1, 4, 64, 1_000])),
    st.builds(cut, positions),
)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    decoder = Decoder(cpu_seconds=10.0, wall_seconds=60.0)
    yield decoder
    decoder.close()


@pytest.mark.parametrize("suffix", FILES)
@given(changes=st.lists(mutations, min_size=1, max_size=6), part=st.sampled_from(PARTS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused(
    decoder: Decoder, suffix: str, changes: list[Mutation], part: Part
) -> None:
    data = FILES[suffix]
    for change in changes:
        data = change(data) or b"\0"
    reason = "none"
    try:
        assert decoder.decode(data, part).size > 0
    except UnreadableAudio as error:
        reason = error.reason if error.detail else "unexplained"
    assert reason in {"none", *REASONS}


@given(data=st.binary(max_size=2_000))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_of_no_meaning_are_refused(decoder: Decoder, data: bytes) -> None:
    with pytest.raises(UnreadableAudio) as caught:
        decoder.decode(data, PARTS[0])
    assert caught.value.reason in REASONS
