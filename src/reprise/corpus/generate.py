"""The embedded corpus, track by track: the one entry for the dataset adapter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reprise.corpus.factors import TrackSpec, draw_spec
from reprise.corpus.genres import GENRES, SONG_GENRES
from reprise.corpus.ground_truth import Affect, derive_truth
from reprise.corpus.lyrics import write_lyrics
from reprise.corpus.randomness import derive_seed, stream
from reprise.corpus.rendering import map_in_order, render
from reprise.errors import BadParameter

ROLES = ("tracks", "emotion", "songs")


@dataclass(frozen=True)
class RenderedTrack:
    """A finished track and all that is true of it.

    Attributes
    ----------
    samples : ndarray of int16, shape (661794,)
        Mono, 22,050 Hz.
    source : str
        Opaque, unique name; tells neither genre nor order.
    artist_id : str
        Opaque; equal for tracks of one artist.
    genre, language, lyrics : str
        Labels, and the lyrics with lines separated by line feeds.
    factors : dict of str to float
        Generative factors, as in ``genres.FACTOR_NAMES``.
    tags : tuple of str
        Mood and theme tags, sorted.
    affect : Affect
        Arousal and valence in [0, 1].
    targets : dict of str to float
        The 18 regression targets.
    year : int
        Year of release.
    """

    samples: npt.NDArray[np.int16]
    source: str
    artist_id: str
    genre: str
    language: str
    lyrics: str
    factors: dict[str, float]
    tags: tuple[str, ...]
    affect: Affect
    targets: dict[str, float]
    year: int


def count_tracks(role: str, tracks: int) -> int:
    """Return how many tracks `generate` yields: ``tracks`` of each genre for the role ``tracks``, else in all."""
    _check(role, tracks)
    return tracks * len(GENRES) if role == "tracks" else tracks


def generate(role: str, tracks: int, seed: int, workers: int = 1) -> Iterator[RenderedTrack]:
    """Render a corpus.

    Parameters
    ----------
    role : str
        ``"tracks"`` (ten genres), ``"emotion"`` (ten genres, a multiple of three) or ``"songs"`` (seven genres).
        Roles share no track and no artist.
    tracks : int
        Tracks of each genre for the role ``tracks``; tracks in all for the others.
    seed : int
        Seed of the corpus.
    workers : int
        Processes; neither the tracks nor their order depend on it.

    Yields
    ------
    RenderedTrack
        In an order that is fixed and unrelated to genre.

    Raises
    ------
    BadParameter
        If the role is unknown, or ``tracks`` or ``workers`` is out of range.
    """
    return map_in_order(render_track, draw_specs(role, tracks, seed), workers)


def draw_specs(role: str, tracks: int, seed: int) -> list[TrackSpec]:
    """Return the specifications of a corpus in the order in which `generate` renders them."""
    _check(role, tracks)
    role_seed = derive_seed(seed, role)
    genres = SONG_GENRES if role == "songs" else GENRES
    total = count_tracks(role, tracks)
    specs = [draw_spec(role_seed, genres[i % len(genres)], i // len(genres)) for i in range(total)]
    order = stream(role_seed, "order").permutation(total)
    return [specs[place] for place in order]


def _check(role: str, tracks: int) -> None:
    """Raise where the request breaks a rule."""
    if role not in ROLES:
        raise BadParameter(f"role {role!r} is unknown: the embedded corpus has {', '.join(ROLES)}")
    if tracks < 1:
        raise BadParameter(f"role {role!r}: {tracks} tracks asked for: rule: at least 1")
    if role == "emotion" and tracks % 3:
        raise BadParameter(
            f"role 'emotion': {tracks} tracks asked for: rule: a multiple of 3, as triplets are judged"
        )


def render_track(spec: TrackSpec) -> RenderedTrack:
    """Render a specification and write its lyrics."""
    truth = derive_truth(spec)
    writer = stream(spec.seed, spec.genre, spec.index, "lyrics")
    return RenderedTrack(
        samples=render(spec),
        source=_opaque(spec.seed, "track", spec.genre, spec.index),
        artist_id=_opaque(spec.seed, "artist", spec.genre, spec.artist),
        genre=spec.genre,
        language=truth.language,
        lyrics=write_lyrics(truth.topics, truth.language, writer),
        factors=spec.factors(),
        tags=truth.tags,
        affect=truth.affect,
        targets=truth.targets,
        year=truth.year,
    )


def _opaque(*parts: int | str) -> str:
    """Return a name that cannot be read backwards."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:16]
