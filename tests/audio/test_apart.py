"""The process beside a thread: the same samples, and no file takes the pipeline with it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tests.audio.encoders import by_ffmpeg, encode, noise

from reprise.audio import apart
from reprise.audio.apart import Decoder, decoder
from reprise.audio.decode import Part, decode_pcm16
from reprise.audio.tags import read_tags
from reprise.audio.unreadable import UnreadableAudio
from reprise.errors import RepriseError

FILE = encode(noise(1.0), 22_050, "flac")
LONG = encode(noise(60.0, 8_000), 8_000, "bare.mp3")


@pytest.fixture
def apart_here() -> Iterator[Decoder]:
    here = Decoder()
    yield here
    here.close()


def process_of(one: Decoder) -> int:
    assert one._process is not None
    return one._process.pid


def test_the_samples_are_those_of_this_process(apart_here: Decoder, tmp_path: Path) -> None:
    (tmp_path / "ä \udcff.flac").write_bytes(FILE)
    part = Part(duration=0.5, centred=True)
    expected = decode_pcm16(FILE, part)
    for source in (FILE, tmp_path / "ä \udcff.flac", (tmp_path / "ä \udcff.flac").open("rb")):
        assert np.array_equal(apart_here.decode(source, part), expected)


def test_a_reason_comes_through_and_the_process_stays(apart_here: Decoder) -> None:
    apart_here.decode(FILE, Part())
    first = process_of(apart_here)
    for data, reason in (
        (b"", "empty"),
        (b"words" * 99, "not_audio"),
        (encode(0 * noise(1.0), 22_050, "wav"), "silent"),
    ):
        with pytest.raises(UnreadableAudio) as caught:
            apart_here.decode(data, Part())
        assert caught.value.reason == reason
    assert process_of(apart_here) == first


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_crash_costs_the_file_and_nothing_else(apart_here: Decoder, number: signal.Signals) -> None:
    apart_here.decode(FILE, Part())
    first = process_of(apart_here)
    os.kill(first, number)
    with pytest.raises(UnreadableAudio, match=r"bytes: its decoder ended with") as caught:
        apart_here.decode(FILE, Part())
    assert caught.value.reason == "crashed"
    assert apart_here.decode(FILE, Part()).size == 22_050
    assert process_of(apart_here) != first


def test_too_much_processor_time_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "long.mp3").write_bytes(LONG * 60)
    hasty = Decoder(cpu_seconds=0.2)
    with pytest.raises(UnreadableAudio, match=r"long.mp3: took more than 0.2 s of processor time") as caught:
        hasty.decode(tmp_path / "long.mp3", Part())
    assert caught.value.reason == "timeout"
    assert hasty.decode(FILE, Part()).size == 22_050
    hasty.close()


def test_the_time_of_one_file_is_not_added_to_that_of_the_next() -> None:
    hasty = Decoder(cpu_seconds=0.6)
    hasty.decode(LONG, Part())
    first = process_of(hasty)
    started = processor_seconds(first)
    while processor_seconds(first) - started < 0.9:
        hasty.decode(LONG, Part())
    assert process_of(hasty) == first
    hasty.close()


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_process_that_does_not_answer_is_given_up(apart_here: Decoder) -> None:
    apart_here.decode(FILE, Part())
    os.kill(process_of(apart_here), signal.SIGSTOP)
    apart_here._wall_seconds = 0.3
    with pytest.raises(UnreadableAudio, match=r"no answer within 0.3 s") as caught:
        apart_here.decode(FILE, Part())
    assert caught.value.reason == "timeout"
    apart_here._wall_seconds = 60.0
    assert apart_here.decode(FILE, Part()).size == 22_050


def test_each_thread_has_its_own_process_and_takes_it_along() -> None:
    together = threading.Barrier(3)

    def work(_: int) -> int:
        together.wait(timeout=30)
        decoder().decode(FILE, Part())
        return process_of(decoder())

    with ThreadPoolExecutor(3) as pool:
        processes = set(pool.map(work, range(3)))
    assert len(processes) == 3
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{process}").exists() for process in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(Path(f"/proc/{process}").exists() for process in processes)


def test_a_process_that_cannot_start_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(apart, "SOURCES", tmp_path)
    monkeypatch.setattr(apart, "__spec__", type("Spec", (), {"name": "no.such.module"}))
    with pytest.raises(RepriseError, match="could not start") as caught:
        Decoder().decode(FILE, Part())
    assert not isinstance(caught.value, UnreadableAudio)


TAGS = {"artist": "Ärtist", "title": "Títle", "date": "1999-03-02"}


@pytest.mark.parametrize(
    ("suffix", "container", "codec"),
    [
        ("mp3", "mp3", "libmp3lame"),
        ("m4a", "ipod", "aac"),
        ("flac", "flac", "flac"),
        ("opus", "ogg", "libopus"),
    ],
)
def test_tags_are_read(tmp_path: Path, apart_here: Decoder, suffix: str, container: str, codec: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(by_ffmpeg(noise(0.5, 24_000), 24_000, container, codec, TAGS))
    assert apart_here.tags(path) == {"artist": "Ärtist", "title": "Títle", "year": "1999"}


def test_what_has_no_tags_has_none(tmp_path: Path, apart_here: Decoder) -> None:
    (tmp_path / "x.mp3").write_bytes(b"ID3\x03\x00\x00\x00\x00\x0f\x76" + b"TPE1\xff\xff\xff\xff" * 99)
    (tmp_path / "x.wav").write_bytes(b"words")
    for name in ("x.mp3", "x.wav", "none.flac"):
        assert apart_here.tags(tmp_path / name) == read_tags(tmp_path / name) == {}
