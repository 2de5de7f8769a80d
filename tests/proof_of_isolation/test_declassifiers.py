"""The few places that are trusted to keep a secret from what they write, tried: with other labels, the rest comes out the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.confine.view import read_yaml
from reprise.datasets.base import Dataset, Info, RawTrack, Request, Samples
from reprise.datasets.fields import FACTORS
from reprise.datasets.ingest import ingest
from reprise.emotion.judgements import Judgements
from reprise.emotion.regressor import Training
from reprise.emotion.transfer import Corpus, out_of_fold
from reprise.splitting.labels import divide
from reprise.tables import TARGETS

N_SAMPLES = 4_410
PROVIDES = frozenset({"genre", "language", "lyrics", "tags", "factors", "affect", "targets", "year"})


def track(number: int) -> RawTrack:
    """A track whose every label depends on its number."""
    noise = np.random.default_rng(number).normal(0, 3_000, N_SAMPLES + number)
    return RawTrack(
        source=f"{number}.wav",
        audio=Samples(noise.astype(np.int16)),
        genre=f"genre {number}",
        language=f"language {number}",
        lyrics=f"words {number}",
        tags=(f"tag {number}",),
        artist=f"artist {number // 2}",
        title=f"title {number}",
        year=1950 + number,
        factors=dict.fromkeys(FACTORS, number / 100),
        affect=(number / 100, number / 200),
        targets=dict.fromkeys(TARGETS, number / 100),
    )


def with_labels_of(own: RawTrack, other: RawTrack) -> RawTrack:
    names = ("genre", "language", "tags", "title", "year", "factors", "affect", "targets")
    return replace(own, **{name: getattr(other, name) for name in names})


def brought_in(tracks: list[RawTrack], target: Path) -> dict[str, str]:
    def load(_: Request) -> Iterator[RawTrack]:
        yield from tracks

    info = Info("Test", "none", "a test", "", N_SAMPLES, ("tracks",), PROVIDES, {"pairs": "not asked for"})
    ingest(Dataset("test", info, load), Request(role="tracks", options={}), target)
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    return {str(path.relative_to(target)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_download_keeps_labels_from_all_but_the_outs_named_for_them(root: Path, tmp_path: Path) -> None:
    tracks = [track(number) for number in range(6)]
    shuffled = [
        with_labels_of(own, other) for own, other in zip(tracks, [*tracks[1:], tracks[0]], strict=True)
    ]
    before, after = brought_in(tracks, tmp_path / "a"), brought_in(shuffled, tmp_path / "b")
    outs = read_yaml(root / "dvc.yaml")["stages"]["download"]["do"]["outs"]
    open_outs = {Path(out).name for out in outs if isinstance(out, str)}
    labelled = {
        Path(next(iter(out))).name
        for out in outs
        if isinstance(out, dict) and "labels" in next(iter(out.values()))
    }
    changed = {path.split("/")[0] for path in before if before[path] != after[path]}
    assert {"audio", "tracks.parquet", "corpus.json"} <= open_outs
    assert not changed & open_outs
    assert {
        "labels.parquet",
        "tags.parquet",
        "metadata.parquet",
        "factors.parquet",
        "affect.parquet",
        "targets.parquet",
    } <= changed
    assert changed <= labelled


@pytest.mark.parametrize("side", ["train", "test"])
def test_the_labels_of_one_side_do_not_reach_the_other(side: str) -> None:
    ids = [f"t{number}" for number in range(10)]
    splits = pd.DataFrame({"track_id": ids, "split": ["train"] * 5 + ["validation"] * 2 + ["test"] * 3})
    table = pd.DataFrame({"track_id": ids, "genre": [f"g{number}" for number in range(10)]})
    mine = (splits["split"] == "test") == (side == "test")
    changed = table.assign(genre=table["genre"].where(~mine, "another"))
    before, after = divide(table, splits, "labels"), divide(changed, splits, "labels")
    other = "train" if side == "test" else "test"
    pd.testing.assert_frame_equal(before[other], after[other])
    assert not before[side].equals(after[side])


def test_judgements_of_a_held_out_triplet_do_not_reach_its_prediction() -> None:
    rng = np.random.default_rng(0)
    triplets = np.arange(24).reshape(8, 3)
    first, second = (np.tile(triplets[:, columns].reshape(-1), 2) for columns in ([0, 1, 2], [1, 2, 0]))
    dimension = np.repeat([0, 1], 24)
    target = rng.random(48).astype(np.float32)
    ids = pd.Series([f"t{number}" for number in range(24)])
    embeddings = rng.normal(size=(24, 4)).astype(np.float32)

    def corpus(target: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Corpus:
        judgements = Judgements(first, second, dimension, target)
        return Corpus(ids, embeddings, np.zeros(24), pd.DataFrame(), pd.DataFrame(), judgements)

    training = Training(hidden=4, epochs=5, learning_rate=0.01, weight_decay=0.0)
    before, fold = out_of_fold(corpus(target), training, 4, 0)
    for number in range(4):
        held_out = fold == number
        after, _ = out_of_fold(corpus(np.where(held_out[first], 1 - target, target)), training, 4, 0)
        np.testing.assert_array_equal(after[held_out], before[held_out])
        assert (after[~held_out] != before[~held_out]).any()
