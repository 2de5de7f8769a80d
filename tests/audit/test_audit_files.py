"""What the file around the sound tells, counted on files of a few samples and on envelopes that are made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.audit.classes import PLAN, by_check, by_class

from reprise.audit.checks.envelope import Envelope, envelopes, read_envelope, read_level
from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling
from reprise.datasets.wav import wav_bytes

FORMAT = wav_bytes(np.zeros(0, dtype=np.int16), 22050)[12:36]


def wav(path: Path, samples: np.ndarray, behind: bytes = b"") -> Path:
    path.write_bytes(wav_bytes(samples.astype(np.int16), 22050) + behind)
    return path


# reading


def test_the_header_is_all_that_stands_before_the_samples_but_for_their_length(tmp_path: Path) -> None:
    found = read_envelope(wav(tmp_path / "a.wav", np.full(9, 3)))
    assert bytes.fromhex(found.header) == b"RIFFWAVE" + FORMAT[:4] + FORMAT[8:]


@pytest.mark.parametrize(("last_sound", "silence"), [(-1, 8192), (1807, 8192), (1808, 8191), (9990, 9)])
def test_silence_at_the_end_is_counted_up_to_8192_samples(
    tmp_path: Path, last_sound: int, silence: int
) -> None:
    samples = np.zeros(10_000)
    samples[: last_sound + 1] = 5
    assert read_envelope(wav(tmp_path / "a.wav", samples)).silence == silence


def test_what_stands_behind_the_samples_is_no_sound(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", np.array([9, 8, 7]), b"\x7f" * 40)
    found = read_envelope(path)
    samples = np.array([9, 8, 7], dtype="<i2").tobytes().hex()
    assert (found.edge, found.trailing, found.silence) == (f"{samples}/{samples}", 40, 0)
    assert read_level(path) == pytest.approx(20 * np.log10(np.sqrt((81 + 64 + 49) / 3) / 32768), abs=1e-4)


def test_the_level_is_that_of_all_samples(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", np.repeat([0, 16384], 50))
    assert read_level(path) == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)))


@pytest.mark.parametrize("chunk", [b"LIST\x04\x00\x00\x00rock", b"LIST\x00\x00\x00\x00"])
def test_a_file_that_ends_before_its_samples_has_a_header_alone(tmp_path: Path, chunk: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF\x00\x00\x00\x00WAVE" + chunk)
    found = read_envelope(path)
    assert bytes.fromhex(found.header) == b"RIFFWAVE" + chunk[:4] + chunk[8:]
    assert (found.size, found.trailing, found.silence, found.edge) == (12 + len(chunk), 0, 0, "")


def test_a_file_of_an_odd_number_of_bytes_has_no_edge(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", np.full(5, 999))
    path.write_bytes(path.read_bytes()[:-1])
    assert read_envelope(path).edge == ""


@pytest.mark.parametrize(("loudest", "heard"), [(2, False), (-2, False), (3, True), (-3, True)])
def test_samples_up_to_two_are_still(tmp_path: Path, loudest: int, heard: bool) -> None:
    samples = np.zeros(8)
    samples[4] = loudest
    assert (read_envelope(wav(tmp_path / "a.wav", samples)).edge != "") is heard


# comparing


def told(labels: Labelling, changes: dict[int, dict[str, object]]) -> dict[str, Finding]:
    """Ask about equal files, but for some that are changed."""
    same = Envelope(size=100, header="aa", trailing=0, silence=0)
    files = {
        track: replace(same, **changes.get(row, {}))  # type: ignore[arg-type]
        for row, track in enumerate(labels.ids.tolist())
    }
    return by_check(envelopes("download", files, labels, PLAN))


def test_equal_files_are_counted_once() -> None:
    found = told(by_class(4, 4), {})
    for part in ("size", "header", "trailing", "silence"):
        one = found[part]
        assert (one.severity, one.statistic, one.count, one.p) == ("ok", 1.0, 1, None)
        assert one.evidence == f"{part} is the same in all 8 files"
    edge = found["edge"]
    assert (edge.severity, edge.statistic, edge.count, edge.p) == ("ok", 0.0, 0, None)
    assert edge.evidence == "no two of 8 files of different artists begin or end with the same 8 samples"


@pytest.mark.parametrize(
    ("part", "values", "severity"),
    [("size", (100, 101), "leak"), ("header", ("aa", "ab"), "leak"), ("trailing", (0, 8), "leak"), ("silence", (0, 99), "warn")],
)  # fmt: skip
def test_a_part_that_is_the_label_has_its_entropy(
    part: str, values: tuple[object, object], severity: str
) -> None:
    labels = by_class(10, 10)
    found = told(labels, {row: {part: values[code]} for row, code in enumerate(labels.codes.tolist())})
    one = found.pop(part)
    assert (one.severity, one.count, one.p) == (severity, 2, 1 / 100)
    assert one.statistic == pytest.approx(np.log(2), abs=1e-6)
    assert one.evidence.startswith(f"2 different values of {part} in 20 files; ")
    assert {other.severity for other in found.values()} == {"ok"}


def test_one_odd_file_of_a_class_of_one_tells_as_much_as_its_entropy() -> None:
    """Nine of ten permutations give the odd file to the other class, which tells 0.011 nats."""
    found = told(by_class(1, 9), {0: {"size": 7}})["size"]
    assert found.evidence.endswith("mutual information with genre 0.325 nats, 0.011 when permuted")
    assert found.p is not None
    assert 0.01 < found.p < 0.25
    assert round(100 * found.p, 9) % 1 == 0  # of a hundred labellings, the true one among them


@pytest.mark.parametrize(
    ("silences", "kinds"), [((0, 2), 1), ((2, 3), 2), ((3, 14), 1), ((14, 15), 2), ((8192, 5000), 1)]
)
def test_silence_is_told_apart_by_factors_of_four(silences: tuple[int, int], kinds: int) -> None:  # fmt: skip
    found = told(by_class(2, 2), {row: {"silence": silences[row % 2]} for row in range(4)})
    assert found["silence"].count == kinds


def test_pairs_of_files_with_the_same_edge_are_counted() -> None:
    labels = by_class(4, 4)
    found = told(labels, {0: {"edge": "a1/b2"}, 1: {"edge": "b2"}, 4: {"edge": "b2/b2"}, 5: {"edge": "c3"}})[
        "edge"
    ]
    # 0 with 1, 0 with 4, 1 with 4: one of the three pairs is of one class
    assert (found.severity, found.count) == ("leak", 3)
    assert found.statistic == pytest.approx(1 / 3)
    assert found.evidence.startswith(
        "3 pairs of files of different artists begin or end with the same 8 samples, 1 within one genre; "
    )
    of_one_artist = told(by_class(4, 4, each=2), {0: {"edge": "b2"}, 1: {"edge": "b2"}})["edge"]
    assert (of_one_artist.severity, of_one_artist.count) == ("ok", 0)


def test_a_pair_of_different_classes_is_less_than_chance_where_one_class_is_large() -> None:
    found = told(by_class(2, 18), {0: {"edge": "b2"}, 5: {"edge": "b2"}})["edge"]
    assert found.evidence.endswith(", 0 within one genre; 1 when permuted")
    assert (found.statistic, found.p) == (0.0, 1.0)


def test_edges_that_are_the_label_are_as_rare_as_can_be() -> None:
    labels = by_class(6, 6)
    found = told(labels, {row: {"edge": f"e{code}"} for row, code in enumerate(labels.codes.tolist())})[
        "edge"
    ]
    assert (found.count, found.statistic) == (30, 1.0)
    assert found.p is not None
    assert found.p <= 2 / 100  # 2 of 924 permutations are the label again


def test_of_many_equal_edges_a_hundred_files_are_compared() -> None:
    assert told(by_class(60, 41), {row: {"edge": "b2"} for row in range(101)})["edge"].count == 99 * 100 / 2
