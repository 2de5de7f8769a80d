"""From what upstream says about tracks to tables keyed by track: checked, merged, label-bearing parts apart."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from reprise.datasets.base import RawPair, RawTrack, Reject
from reprise.tables import SCHEMAS, TARGETS

FACTORS = (
    "tempo", "energy", "loudness", "brightness", "density", "drive", "reverb", "lofi", "vocal", "drum_level",
    "swing", "register", "mode",
)  # fmt: skip
"""The generative factors of the embedded corpus; a real dataset has none."""

SPLITS = ("train", "validation", "test")

Kept = Mapping[str, RawTrack]
"""Tracks without their audio, by track_id."""

PRESENT: dict[str, Callable[[RawTrack], bool]] = {
    "lyrics": lambda track: track.lyrics is not None,
    "language": lambda track: track.language is not None,
    "genre": lambda track: track.genre is not None,
    "tags": lambda track: bool(track.tags),
    "factors": lambda track: track.factors is not None,
    "affect": lambda track: track.affect is not None,
    "targets": lambda track: track.targets is not None,
    "year": lambda track: track.year is not None,
}
"""Whether a track has what a dataset may provide (pairs are no property of a track)."""


def check_fields(track: RawTrack) -> Reject | None:
    """Return a reject with the reason ``bad_metadata`` if a value breaks the rule of its table."""
    problem = next(_problems(track), None)
    return Reject(track.source, "bad_metadata", problem) if problem else None


def tidy(track: RawTrack) -> RawTrack:
    """Return a track without its audio, its text stripped, and blank text taken for none."""
    return replace(
        track,
        audio=None,
        tags=tuple(sorted(set(track.tags))),
        genre=_text(track.genre),
        language=_text(track.language),
        lyrics=_text(track.lyrics),
        artist=_text(track.artist),
        title=_text(track.title),
    )


def merge(first: RawTrack, second: RawTrack) -> RawTrack:
    """Return the first of two tracks with equal audio, with what only the second knows."""
    unknown = [name.name for name in fields(first) if getattr(first, name.name) in (None, ())]
    return replace(first, **{name: getattr(second, name) for name in unknown})


def opaque_artist(dataset: str, track_id: str, artist: str | None) -> str:
    """Return an artist's id: a hash of the name; a track whose artist is unknown is an artist of its own."""
    key = f"{dataset}\0artist\0{artist.casefold()}" if artist else f"{dataset}\0track\0{track_id}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def track_tables(dataset: str, kept: Kept) -> dict[str, pd.DataFrame]:
    """Return the tables of what is known about tracks, without those of audio and judgements.

    Parameters
    ----------
    dataset : str
        Name of the dataset.
    kept : mapping of str to RawTrack
        Tracks by id.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``groups``, ``labels``, ``tags``, ``lyrics``, ``factors``, ``grid``, ``affect``, ``targets``, ``metadata``, each
        sorted by track and empty where nothing is known.
    """
    items = sorted(kept.items())
    rows: dict[str, list[tuple[Any, ...]]] = {
        "groups": [(i, opaque_artist(dataset, i, t.artist), t.official_split) for i, t in items],
        "labels": [(i, t.genre, t.language) for i, t in items if t.genre or t.language],
        "tags": [(i, tag) for i, t in items for tag in t.tags],
        "lyrics": [(i, t.lyrics) for i, t in items if t.lyrics],
        "factors": [(i, *(t.factors[name] for name in FACTORS)) for i, t in items if t.factors],
        "grid": [(i, *t.grid) for i, t in items if t.grid],
        "affect": [(i, *t.affect) for i, t in items if t.affect],
        "targets": [(i, *(t.targets[name] for name in TARGETS)) for i, t in items if t.targets],
        "metadata": [(i, t.title, t.artist, t.year) for i, t in items if t.title or t.artist or t.year],
    }
    return {name: pd.DataFrame(values, columns=_columns(name)) for name, values in rows.items()}


def pair_table(pairs: Iterable[RawPair], id_of: Mapping[str, str]) -> tuple[pd.DataFrame, int]:
    """Return the judgements of kept tracks, and how many were dropped because a track is missing or both are one.

    Parameters
    ----------
    pairs : iterable of RawPair
        Judgements by source.
    id_of : mapping of str to str
        Track id of each source that was kept or merged.
    """
    rows, dropped = [], 0
    for pair in pairs:
        a, b = id_of.get(pair.source_a), id_of.get(pair.source_b)
        if a is None or b is None or a == b:
            dropped += 1
            continue
        votes = (pair.votes_a, pair.votes_b, pair.votes_tie)
        rows.append(
            (
                pair.triplet_id,
                a,
                b,
                pair.dimension,
                pair.higher_value,
                pair.agreement,
                pair.consistency,
                *votes,
            )
        )
    return pd.DataFrame(sorted(rows), columns=_columns("pairs")), dropped


def reject_table(rejects: Sequence[Reject]) -> pd.DataFrame:
    """Return the table of sources that are no track of their own, sorted."""
    rows = sorted((reject.source, reject.reason, reject.detail) for reject in rejects)
    return pd.DataFrame(rows, columns=_columns("rejects"))


def _columns(name: str) -> list[str]:
    return [*SCHEMAS[name], *(FACTORS if name == "factors" else ())]


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _problems(track: RawTrack) -> Iterator[str]:
    if track.affect and not all(0.0 <= value <= 1.0 for value in track.affect):
        yield f"affect {track.affect} must lie in [0, 1]"
    for kind, values, wanted in (("factors", track.factors, FACTORS), ("targets", track.targets, TARGETS)):
        if values is None:
            continue
        if set(values) != set(wanted):
            yield f"{kind} {sorted(set(values) ^ set(wanted))} are missing or unknown"
        for name in sorted(values):
            if not math.isfinite(values[name]):
                yield f"{kind}: {name} is {values[name]}"
    if track.official_split not in (None, *SPLITS):
        yield f"official split '{track.official_split}' must be one of {', '.join(SPLITS)}"
