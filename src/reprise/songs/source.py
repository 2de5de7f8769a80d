"""The songs of a corpus, put together from its tables: one row for each song, each modality with a flag that says whether it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput, BadParameter
from reprise.songs.guard import refuse_leaking_columns
from reprise.tables import DESCRIPTORS, TARGETS, check_table, read_array, read_table

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Strings = NDArray[np.str_]

UNKNOWN = ""
"""A genre that is not known."""


@dataclass(frozen=True)
class SongTables:
    """What `assemble` needs, as the stages before wrote it.

    Attributes
    ----------
    splits
        ``track_id``, ``split``, ``group_id``: names the songs.
    targets
        ``track_id`` and the 18 targets; empty where the dataset has none.
    labels, metadata, texts
        Genre, release year and lyrics, each for the songs that have them.
    descriptors
        The 22 descriptors of the songs with audio.
    embedded
        ``track_id`` of the rows of ``embeddings``.
    embeddings
        Sentence embeddings of the lyrics, shape (rows, dimensions).
    """

    splits: pd.DataFrame
    targets: pd.DataFrame
    labels: pd.DataFrame
    metadata: pd.DataFrame
    texts: pd.DataFrame
    descriptors: pd.DataFrame
    embedded: pd.DataFrame
    embeddings: NDArray[Any]


@dataclass(frozen=True)
class Songs:
    """Songs in ascending order of ``track_id``; a value that is missing is flagged, and its number never used.

    Attributes
    ----------
    track_id, split, group
        Shape (n,): id, part (``train``, ``validation``, ``test``), and group that is never divided.
    lyrics, has_lyrics
        Shapes (n, d) and (n,): sentence embeddings.
    audio, has_audio
        Shapes (n, 22) and (n,): descriptors in the units of the descriptors table.
    genre
        Shape (n,): genre, or `UNKNOWN`.
    year
        Shape (n,): release year, or NaN.
    text
        Shape (n,): lyrics, or the empty string.
    targets, has_targets
        Shapes (n, targets) and (n,): what is to be predicted.
    target_names
        Columns of ``targets``.
    """

    track_id: Strings
    split: Strings
    group: Strings
    lyrics: Floats
    has_lyrics: Flags
    audio: Floats
    has_audio: Flags
    genre: Strings
    year: Floats
    text: Strings
    targets: Floats
    has_targets: Flags
    target_names: tuple[str, ...] = TARGETS

    def rows(self, rows: NDArray[np.intp]) -> Songs:
        """Return some of the songs."""
        arrays = {name: value[rows] for name, value in vars(self).items() if name != "target_names"}
        return replace(self, **arrays)

    def part(self, name: str) -> NDArray[np.intp]:
        """Return the rows of a part that have targets."""
        return np.flatnonzero((self.split == name) & self.has_targets)


def read_songs(
    corpus: Path, descriptors: Path, lyrics: Path, splits: Path, targets: Sequence[str] = ()
) -> Songs:
    """Read the songs from where the stages before have written them.

    Parameters
    ----------
    corpus
        Directory of the corpus tables.
    descriptors
        The descriptors table.
    lyrics
        Directory of the lyrics embeddings.
    splits
        The splits table.
    targets
        Columns of the targets table to predict; none for all of `TARGETS`.
    """
    return assemble(
        SongTables(
            splits=read_table(splits, "splits"),
            targets=read_table(corpus / "targets.parquet", "targets"),
            labels=read_table(corpus / "labels.parquet", "labels"),
            metadata=read_table(corpus / "metadata.parquet", "metadata"),
            texts=read_table(corpus / "lyrics.parquet", "lyrics"),
            descriptors=read_table(descriptors, "descriptors"),
            embedded=read_table(lyrics / "tracks.parquet"),
            embeddings=read_array(lyrics / "embeddings.npy"),
        ),
        tuple(targets) or TARGETS,
    )


def assemble(tables: SongTables, names: tuple[str, ...] = TARGETS) -> Songs:
    """Join the tables of a songs corpus on ``track_id``.

    Parameters
    ----------
    tables
        As the stages before wrote them.
    names
        Columns of the targets table to predict.

    Raises
    ------
    BadParameter
        If the targets table has no column of such a name, or one is named twice.
    BadInput
        If a table offers a column that leaks, a target is not finite, or embeddings and their ids differ in number.
    """
    for name in ("labels", "metadata", "descriptors"):
        refuse_leaking_columns(getattr(tables, name).columns.drop("track_id"), where=f"the {name} table")
    _check_names(names, tables.targets)
    if len(tables.embedded) != len(tables.embeddings):
        raise BadInput(
            f"lyrics: {len(tables.embeddings)} embeddings for {len(tables.embedded)} ids; run the lyrics stage again"
        )
    splits = check_table(tables.splits, "splits").sort_values("track_id")
    ids = splits["track_id"].to_numpy(dtype=str)
    lyrics, has_lyrics = _aligned(ids, tables.embedded, np.asarray(tables.embeddings, dtype=np.float64))
    audio, has_audio = _aligned(ids, tables.descriptors, _numbers(tables.descriptors, DESCRIPTORS))
    targets, has_targets = _aligned(ids, tables.targets, _numbers(tables.targets, names))
    year, _ = _aligned(ids, tables.metadata, _numbers(tables.metadata, ("year",)))
    songs = Songs(
        track_id=ids,
        split=splits["split"].to_numpy(dtype=str),
        group=splits["group_id"].to_numpy(dtype=str),
        lyrics=lyrics,
        has_lyrics=has_lyrics,
        audio=audio,
        has_audio=has_audio & np.isfinite(audio).all(axis=1),
        genre=_words(ids, tables.labels, "genre"),
        year=year[:, 0],
        text=_words(ids, tables.texts, "text"),
        targets=targets,
        has_targets=has_targets,
        target_names=names,
    )
    return _with_finite_targets(songs)


def _with_finite_targets(songs: Songs) -> Songs:
    broken = songs.has_targets & ~np.isfinite(songs.targets).all(axis=1)
    if broken.any():
        track = songs.track_id[broken][0]
        target = songs.target_names[int(np.flatnonzero(~np.isfinite(songs.targets[broken][0]))[0])]
        raise BadInput(
            f"targets: '{target}' of track {track} is not a finite number; leave the song out of targets.parquet"
        )
    return songs


def _check_names(names: tuple[str, ...], table: pd.DataFrame) -> None:
    known = [column for column in table.columns if column != "track_id"]
    wrong = [name for name in names if name not in known or names.count(name) > 1]
    if wrong:
        raise BadParameter(
            f"regress.targets: '{wrong[0]}' is no column of the targets table, or stands twice; it has {', '.join(known)}"
        )


def _numbers(table: pd.DataFrame, columns: tuple[str, ...]) -> Floats:
    values: Floats = table[list(columns)].to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _aligned(ids: Strings, keyed: pd.DataFrame, values: Floats) -> tuple[Floats, Flags]:
    """Rows of ``values`` in the order of ``ids``; NaN, and a false flag, where a song has none."""
    position = {track: row for row, track in enumerate(keyed["track_id"].to_numpy(dtype=str))}
    rows = np.array([position.get(track, -1) for track in ids], dtype=np.intp)
    present = rows >= 0
    aligned = np.full((len(ids), values.shape[1]), np.nan)
    aligned[present] = values[rows[present]]
    return aligned, present


def _words(ids: Strings, table: pd.DataFrame, column: str) -> Strings:
    known = table.dropna(subset=[column])
    found = dict(zip(known["track_id"].to_numpy(dtype=str), known[column].to_numpy(dtype=str), strict=True))
    return np.array([found.get(track, UNKNOWN) for track in ids], dtype=str)
