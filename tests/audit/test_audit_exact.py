"""Checks of facts, without a permutation, on cases small enough to be counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kruskal
from sklearn.metrics import mutual_info_score

from reprise.audit.checks.contracts import group_names, unexpected_columns
from reprise.audit.checks.envelope import read_envelope, read_level
from reprise.audit.checks.hidden_targets import hidden_targets
from reprise.audit.checks.pairs import triplets
from reprise.audit.checks.row_order import ascending, row_order
from reprise.audit.checks.splits import across_parts, duplicates, label_parts
from reprise.audit.differences import difference
from reprise.audit.information import mutual_information
from reprise.audit.labelling import Labelling, Plan
from reprise.audit.recompute.agree import agreed, counted, entry, granular
from reprise.datasets.wav import wav_bytes

WHERE = ("ami", "vae", "evaluate")


def test_columns_beside_the_contract_are_counted_and_named() -> None:
    found = unexpected_columns("tracks", "ingest", ["a", "b", "z", "y"], ("a", "b", "c"))
    assert (found.severity, found.statistic, found.count) == ("leak", 2.0, 2)
    assert found.evidence.endswith("beside the 3 of the contract: y, z")
    clean = unexpected_columns("tracks", "ingest", ["a"], ("a", "b"))
    assert (clean.severity, clean.count) == ("ok", 0)
    assert clean.evidence.endswith("contract")


def test_a_group_is_named_by_a_track_of_its_own() -> None:
    tracks = np.array(["a", "b", "c", "d"])
    own = group_names("tracks", "split", tracks, np.array(["a", "a", "c", "d"]))
    assert (own.severity, own.count) == ("ok", 0)
    strange = group_names("tracks", "split", tracks, np.array(["b", "b", "d", "c"]))  # d and c change names
    assert (strange.severity, strange.statistic, strange.count) == ("leak", 2.0, 2)
    assert "2 of 3 groups" in strange.evidence


def test_artists_in_two_parts_are_counted() -> None:
    parts = np.array(["train", "train", "test", "test", "train"])
    found = across_parts("artist", "split", "tracks", parts, np.array(["a", "b", "b", "c", "a"]))
    assert (found.severity, found.statistic, found.count) == ("leak", 1.0, 1)
    assert "1 of 3 artists" in found.evidence
    clean = across_parts("artist", "split", "tracks", parts, np.array(["a", "a", "b", "c", "a"]))
    assert (clean.severity, clean.count) == ("ok", 0)


def test_recordings_in_two_parts_are_counted_in_pairs() -> None:
    ids = np.array(list("abcde"))
    prints = np.array([[1.0, 0.0], [2.0, 0.0], [0.6, 0.8], [0.0, 0.0], [-5.0, 0.0]])
    apart = dict(zip("abcde", ["train", "test", "test", "train", "test"], strict=True))
    found = duplicates("split", "tracks", ids, prints, apart, 0.9)
    assert (found.severity, found.count) == ("leak", 1)  # a and b; silence is like nothing
    assert found.statistic == pytest.approx(1.0)
    assert duplicates("split", "tracks", ids, prints, apart, 0.59).count == 2  # and a with c
    together = apart | {"b": "train"}
    clean = duplicates("split", "tracks", ids, prints, together, 0.9)
    assert (clean.severity, clean.count) == ("ok", 0)
    assert clean.statistic == pytest.approx(0.6)


def test_label_tables_hold_the_tracks_of_their_parts() -> None:
    parts = {"a": "train", "b": "validation", "c": "test", "d": "test"}
    right = label_parts("ingest", parts, np.array(["a", "b"]), np.array(["c", "d"]))
    assert (right.severity, right.count) == ("ok", 0)
    wrong = label_parts("ingest", parts, np.array(["a", "c"]), np.array(["b", "d", "x"]))
    assert (wrong.severity, wrong.statistic, wrong.count) == ("leak", 3.0, 3)
    assert "3 of 5 rows" in wrong.evidence


def test_tracks_of_two_triplets_are_counted() -> None:
    pairs = pd.DataFrame({"triplet_id": [1, 1, 2], "track_a": ["a", "b", "c"], "track_b": ["b", "c", "d"]})
    found = triplets("ingest", pairs)
    assert (found.severity, found.statistic, found.count) == ("leak", 1.0, 1)  # c
    assert "1 of 4 tracks belong to more than one of 2 triplets" in found.evidence
    assert triplets("ingest", pairs[:2]).severity == "ok"
    assert triplets("ingest", pairs[:0]).severity == "skipped"


def test_rows_that_do_not_ascend_are_counted() -> None:
    found = ascending("rows", "s", np.array(["a", "a", "c", "b", "d"]))
    assert (found.severity, found.statistic, found.count) == ("warn", 2.0, 2)
    assert "2 of 4 rows" in found.evidence
    assert "0 of 0 rows" in ascending("rows", "s", np.array([], dtype=str)).evidence


@pytest.mark.parametrize(
    ("reported", "again", "severity"),
    [
        (0.5, 0.5, "ok"), (0.5, 0.50001, "ok"), (0.5, 0.50003, "leak"), (0.50003, 0.5, "leak"),
        (1000.0, 1000.01, "ok"), (1000.0, 1000.1, "leak"), (-3.0, -3.00005, "ok"), (0.5, float("nan"), "leak"),
    ],
)  # fmt: skip
def test_a_reported_number_agrees_within_its_digits(reported: float, again: float, severity: str) -> None:
    found = agreed(WHERE, reported, again)
    assert (found.severity, found.check, found.count) == (severity, "scores.evaluate", 1)
    assert found.statistic == pytest.approx(reported - again if np.isfinite(again) else reported)
    assert "best run" not in found.evidence


def test_the_best_run_in_place_of_the_mean_is_told() -> None:
    runs = [0.2, 0.6, 0.4]
    best, other, mean = (agreed(WHERE, value, 0.4, runs) for value in (0.6, 0.5, 0.4))
    assert ("best run" in best.evidence, "best run" in other.evidence, "best run" in mean.evidence) == (
        True, False, False,
    )  # fmt: skip
    assert "mean of 3 runs" in mean.evidence
    assert mean.count == 3
    alone = agreed(WHERE, 0.6, 0.4, [0.6])
    assert "run" not in alone.evidence


def test_rows_are_compared_with_the_split() -> None:
    assert (counted("x", "s", 5, 5, "tracks").severity, counted("x", "s", 5, 5, "tracks").count) == ("ok", 0)
    fewer = counted("x", "s", 5, 8, "tracks")
    assert (fewer.severity, fewer.statistic, fewer.count) == ("leak", -3.0, 3)


def test_a_share_is_a_whole_number_of_its_tracks() -> None:
    assert granular(WHERE, 0.333333, 3).severity == "ok"  # six digits of a third
    assert granular(WHERE, 0.25, 3).severity == "leak"
    found = granular(WHERE, 0.7, 12)
    assert (found.severity, found.count) == ("leak", 12)
    assert found.statistic == pytest.approx(0.4)
    assert granular(WHERE, 0.99, 10).statistic == pytest.approx(-0.1)


def test_a_block_that_is_not_available_is_none() -> None:
    report = {
        "a": {"b": {"x": 1}, "no": {"available": False, "b": {}}, "number": 3},
        "yes": {"available": True},
    }
    assert entry(report, "a", "b") == {"x": 1}
    assert entry(report, "yes") == {"available": True}
    for path in (("a", "no"), ("a", "no", "b"), ("a", "c"), ("a", "number", "x"), ("z",)):
        assert entry(report, *path) is None
    assert entry({"available": False}) is None


def written(path: Path, samples: np.ndarray, behind: bytes = b"", tags: bytes = b"") -> Path:
    plain = wav_bytes(samples.astype(np.int16), 22050)
    path.write_bytes(plain[:36] + tags + plain[36:] + behind)
    return path


def test_the_envelope_is_counted_in_bytes_and_samples(tmp_path: Path) -> None:
    samples = np.r_[np.full(100, 500), np.zeros(7)]
    found = read_envelope(written(tmp_path / "a.wav", samples, b"rock"))
    assert (found.size, found.trailing, found.silence) == (44 + 2 * 107 + 4, 4, 7)
    assert read_envelope(written(tmp_path / "b.wav", np.zeros(20))).silence == 20
    assert read_envelope(written(tmp_path / "c.wav", np.full(20, 9))).silence == 0


def test_lengths_are_no_part_of_the_header_and_chunks_of_odd_length_are_padded(tmp_path: Path) -> None:
    short, long = (read_envelope(written(tmp_path / f"{n}.wav", np.full(n, 5))) for n in (20, 30))
    assert short.header == long.header
    tagged = written(tmp_path / "t.wav", np.full(20, 16384), tags=b"LIST\x05\x00\x00\x00blues\x00")
    found = read_envelope(tagged)
    assert b"LISTblues".hex() in found.header
    assert (found.trailing, found.silence) == (0, 0)
    assert read_level(tagged) == pytest.approx(20 * np.log10(0.5))


def test_edges_are_eight_samples_that_can_be_heard(tmp_path: Path) -> None:
    samples = np.full(40, 2)
    assert read_envelope(written(tmp_path / "quiet.wav", samples)).edge == ""
    samples[7], samples[8] = -3, 99
    edge = np.array([2] * 7 + [-3], dtype="<i2").tobytes().hex()
    assert read_envelope(written(tmp_path / "first.wav", samples)).edge == edge
    samples[32] = 7
    last = np.array([7] + [2] * 7, dtype="<i2").tobytes().hex()
    assert read_envelope(written(tmp_path / "both.wav", samples)).edge == f"{edge}/{last}"


def test_silence_has_a_level_of_minus_120_db(tmp_path: Path) -> None:
    assert read_level(written(tmp_path / "a.wav", np.zeros(30))) == pytest.approx(-120.0)


def test_exact_functions_of_a_secret_are_counted_and_named() -> None:
    generator = np.random.default_rng(0)
    ids = np.array([f"{number:03d}" for number in range(200)])
    secrets = pd.DataFrame(generator.standard_normal((200, 2)), ids, ["mood", "age"])
    honest = generator.standard_normal((200, 3))
    clean = hidden_targets("z", "train", ids, honest, secrets, "secrets")
    assert (clean.severity, clean.count) == ("ok", 0)
    strongest = np.abs(np.corrcoef(honest.T, secrets.to_numpy().T)[:3, 3:]).max()
    assert strongest - 1e-9 <= clean.statistic < 0.4
    for hidden in (3 - 2 * secrets["age"], np.exp(3 * secrets["age"]), -(secrets["age"] ** 3)):
        found = hidden_targets("z", "train", ids, np.c_[honest, hidden], secrets, "secrets")
        assert (found.severity, found.count) == ("leak", 1)
        assert found.statistic == pytest.approx(1.0)
        assert "1 of 4 columns" in found.evidence
        assert ": age;" in found.evidence
        assert found.evidence.endswith("1.000 with age")
    shuffled = generator.permutation(200)
    found = hidden_targets("z", "train", ids[shuffled], secrets.to_numpy()[shuffled], secrets, "secrets")
    assert found.count == 2


def test_secrets_of_too_few_tracks_are_skipped() -> None:
    ids = np.array(["a", "b", "c"])
    secrets = pd.DataFrame({"mood": [1.0, 2.0, 3.0]}, ids)
    assert hidden_targets("z", "s", ids, np.ones((3, 2)), secrets, "secrets").severity == "skipped"


def test_mutual_information_equals_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    codes, values = generator.integers(0, 3, (4, 60)), generator.integers(0, 5, (60, 3))
    found = mutual_information(codes, values, 3)
    expected = [[mutual_info_score(row, column) for column in values.T] for row in codes]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_difference_is_the_share_of_rows_in_which_a_cell_moved() -> None:
    rows = np.random.default_rng(0).standard_normal((20, 3, 2))
    assert (difference(rows, rows).rows, difference(rows, rows).cells, difference(rows, rows).moved) == (
        20, 6, 0.0,
    )  # fmt: skip
    moved = rows.copy()
    moved[:2, 1, 1] += 1.0
    moved[5, 0, 0] += 1.0
    assert difference(moved, rows).moved == pytest.approx(0.1)
    assert difference(moved, rows).same
    moved[2, 1, 1] -= 1.0
    assert difference(moved, rows).moved == pytest.approx(0.15)
    assert not difference(moved, rows).same
    holes = rows.copy()
    holes[0, 0, 0] = np.nan
    assert difference(holes, rows).moved == 1.0
    assert difference(holes, holes).moved == 0.0
    assert difference(rows[:, :2], rows).moved == 1.0


def test_the_trend_of_rows_is_the_statistic_of_kruskal_and_wallis(
    labelled: Callable[[int], Labelling],
) -> None:
    labels = labelled(7)
    turn = np.random.default_rng(7).permutation(len(labels.ids))
    neighbours, trend = row_order("rows", "s", labels.ids[turn], labels, Plan(99, 0))
    codes = labels.codes[turn]
    ranks = [np.flatnonzero(codes == code) for code in range(len(labels.classes))]
    assert trend.statistic == pytest.approx(kruskal(*ranks).statistic)
    assert neighbours.count == sum(first == second for first, second in pairwise(codes))
    assert f"of {len(codes) - 1} neighbours" in neighbours.evidence
    assert trend.p is not None
    assert trend.p > 1 / 100  # a random order
