"""The tracks of a training stage: memory-mapped maps, lyrics, splits and, for conditional models, given labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reprise.errors import BadInput
from reprise.models.base import Shapes
from reprise.tables import read_array, read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = ""
"""Label of a track whose class is not known to the stage (test tracks, missing values)."""


@dataclass(frozen=True)
class Tracks:
    """Everything a model may see; row ``i`` of every array is the same track.

    Parameters
    ----------
    ids
        Shape ``(n,)``, ascending content hashes.
    mel
        Shape ``(n, bands, frames)``, float16, log-mel in dB; a memory map.
    mfcc
        Shape ``(n, coefficients, frames)``, float16; a memory map.
    train, validation
        Row numbers of the two splits a model may learn from.
    lyrics
        Shape ``(n, dimensions)``, float32; zero rows where a track has none. No dimensions without lyrics.
    has_lyrics
        Shape ``(n,)``.
    labels
        Attribute (``genre``, ``language``) to shape ``(n,)`` strings, `UNKNOWN` where the stage is not told.
        Empty in label-free stages.
    segments
        Shape ``(n, segments, features)``, float32, hand-made features of 3 s segments, a memory map; empty for stages
        that do not read them.
    """

    ids: NDArray[np.str_]
    mel: NDArray[np.float16]
    mfcc: NDArray[np.float16]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    lyrics: NDArray[np.float32]
    has_lyrics: NDArray[np.bool_]
    labels: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)
    segments: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, 0), np.float32))

    def classes(self, attribute: str) -> tuple[str, ...]:
        """Return the known classes of the training tracks, ascending."""
        if attribute not in self.labels:
            return ()
        return tuple(sorted(set(self.labels[attribute][self.train].tolist()) - {UNKNOWN}))

    def shapes(self, attribute: str | None) -> Shapes:
        """Return the sizes a model is built for; ``attribute`` is the label it is given."""
        return Shapes(
            mel=(self.mel.shape[1], self.mel.shape[2]),
            mfcc=(self.mfcc.shape[1], self.mfcc.shape[2]),
            lyrics=self.lyrics.shape[1],
            classes=self.classes(attribute) if attribute else (),
        )


def read_tracks(
    frames: Path, splits: Path, lyrics: Path, labels: Path | None = None, segments: Path | None = None
) -> Tracks:
    """Read and check the inputs of a training stage.

    Parameters
    ----------
    frames
        Folder with ``mel.npy``, ``mfcc.npy``, ``tracks.parquet``.
    splits
        Table of track and split.
    lyrics
        Folder with ``embeddings.npy``, ``tracks.parquet``.
    labels
        Folder with the labels of training and validation tracks, for stages that are given them.
    segments
        Folder with ``segments.npy``, for stages that train on hand-made features.

    Raises
    ------
    BadInput
        If arrays and tables do not describe the same tracks, or a split is empty.
    """
    ids = read_table(frames / "tracks.parquet", "frames")["track_id"].to_numpy(dtype=np.str_)
    mel, mfcc = read_array(frames / "mel.npy"), read_array(frames / "mfcc.npy")
    if not len(ids) == len(mel) == len(mfcc):
        raise BadInput(
            f"{frames}: {len(ids)} tracks, {len(mel)} mel maps, {len(mfcc)} MFCC maps; they must be equal"
        )
    split = _aligned(read_table(splits, "splits"), "split", ids)
    train, validation = (np.flatnonzero(split == name) for name in ("train", "validation"))
    if len(train) < 2 or not len(validation):
        raise BadInput(
            f"{splits}: {len(train)} training and {len(validation)} validation tracks; training needs at least 2 "
            "and 1: use a larger dataset or other split fractions"
        )
    embedding, has_lyrics = _lyrics(lyrics, ids)
    given = {}
    if labels is not None:
        table = read_table(labels / "labels.parquet", "labels")
        given = {attribute: _aligned(table, attribute, ids) for attribute in ("genre", "language")}
        test = np.setdiff1d(np.arange(len(ids)), np.concatenate([train, validation]))
        if any((values[test] != UNKNOWN).any() for values in given.values()):
            raise BadInput(f"{labels}: holds labels of test tracks, which no training stage may see")
    tracks = Tracks(ids, mel, mfcc, train, validation, embedding, has_lyrics, given)
    if segments is None:
        return tracks
    hand_made = read_array(segments / "segments.npy")
    if len(hand_made) != len(ids):
        raise BadInput(
            f"{segments}: features of {len(hand_made)} tracks, maps of {len(ids)}; they must be equal"
        )
    return replace(tracks, segments=hand_made)


def _aligned(table: Any, column: str, ids: NDArray[np.str_]) -> NDArray[np.str_]:
    values = table.set_index("track_id")[column].reindex(ids).fillna(UNKNOWN)
    aligned: NDArray[np.str_] = values.to_numpy(dtype=np.str_)
    return aligned


def _lyrics(folder: Path, ids: NDArray[np.str_]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    table = read_table(folder / "tracks.parquet")
    vectors = read_array(folder / "embeddings.npy", mmap=False)
    if len(table) != len(vectors):
        raise BadInput(f"{folder}: {len(table)} tracks but {len(vectors)} embeddings")
    row_of = {track: row for row, track in enumerate(table["track_id"])}
    has = np.array([track in row_of for track in ids.tolist()], dtype=np.bool_)
    aligned = np.zeros((len(ids), vectors.shape[1] if has.any() else 0), dtype=np.float32)
    if has.any():
        aligned[has] = vectors[[row_of[track] for track in ids[has].tolist()]]
    return aligned, has
