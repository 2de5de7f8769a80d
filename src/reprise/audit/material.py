"""Everything the audit looks at, in memory: what the checks get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.audit.checks.envelope import Envelope
from reprise.audit.labelling import Labelling, Strings
from reprise.audit.placebo_store import Placebo
from reprise.audit.recompute.clusterings import Declared
from reprise.audit.recompute.judged import SongPredictions
from reprise.models.read_latents import NO_LABELS

if TYPE_CHECKING:
    import pandas as pd

Report = dict[str, Any]


@dataclass(frozen=True)
class Representation:
    """Vectors of tracks.

    Attributes
    ----------
    name, stage
        What it is, and the stage that writes it.
    ids, values
        Shapes (n,) and (n, d).
    given
        Labels that the stage was given on purpose; ``none`` for a label-free one.
    uses_lyrics
        Whether lyrics are among its inputs, beside sound.
    """

    name: str
    stage: str
    ids: Strings
    values: NDArray[Any]
    given: str = NO_LABELS
    uses_lyrics: bool = False


@dataclass(frozen=True)
class Role:
    """A corpus with its split.

    Attributes
    ----------
    parts
        Part of each track.
    groups
        Tracks with ``artist_id``, ``group_id`` and ``split``.
    fingerprints
        Representation of near-duplicates.
    """

    parts: dict[str, str]
    groups: pd.DataFrame
    fingerprints: Representation


@dataclass(frozen=True)
class Columns:
    """Columns of a label-free table: what it has, and what its contract allows."""

    stage: str
    found: tuple[str, ...]
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """The corpus of the role ``tracks``.

    Attributes
    ----------
    tracks
        Ids, as the rows stand.
    labellings, unlabelled
        Labels with two classes, and why others are not tested.
    envelopes, levels
        Files without their sound, and the level of some in dB, by track.
    texts, languages
        Lyrics and language by track.
    factors
        True factors, indexed by track; may be empty.
    missing
        What the dataset says of what it lacks.
    """

    tracks: Strings
    labellings: tuple[Labelling, ...]
    unlabelled: dict[str, str]
    envelopes: dict[str, Envelope]
    levels: dict[str, float]
    texts: dict[str, str]
    languages: dict[str, str]
    factors: pd.DataFrame
    missing: dict[str, str]


@dataclass(frozen=True)
class Side:
    """The other two roles: mood and songs.

    Attributes
    ----------
    pairs, affect, emotion
        Judged pairs, absolute arousal and valence indexed by track, and descriptors of the emotion corpus.
    song_inputs, song_targets, song_texts
        What the regression may use, what it predicts (both indexed by song), and lyrics.
    """

    pairs: pd.DataFrame
    affect: pd.DataFrame
    emotion: Representation
    song_inputs: pd.DataFrame
    song_targets: pd.DataFrame
    song_texts: dict[str, str]


@dataclass(frozen=True)
class Reports:
    """What the run reported, and the artefacts to compute it again from.

    Attributes
    ----------
    metrics
        Name to the content of ``metrics/<name>.json``.
    declared
        Declared clustering of the selected model.
    compare_seeds
        Clustering seeds of the comparison.
    assignments, acoustic, lookup
        Tables of clusters, acoustic clusters (in the order of the descriptors), and the lookup table.
    acoustic_labels
        Acoustic label of each labelled track.
    songs
        Predictions of the saved song regressor, if there is one.
    """

    metrics: dict[str, Report]
    declared: Declared
    compare_seeds: int
    assignments: pd.DataFrame
    acoustic: pd.DataFrame
    lookup: pd.DataFrame
    acoustic_labels: dict[str, str]
    songs: SongPredictions | None


@dataclass(frozen=True)
class Material:
    """All of it.

    Attributes
    ----------
    orders, columns
        Table to the stage that writes it and its row order; table to its columns.
    features, lyrics, latents, controls
        Representations: descriptors, pooled statistics and fingerprints; sentence embeddings; of each model; with the label planted.
    untrained
        Model to why it has no latents.
    roles, label_tables
        Splits of the roles ``tracks`` and ``songs``; tracks of the label tables of both sides.
    placebos
        Outcome of the placebo for each modality.
    """

    corpus: Corpus
    orders: dict[str, tuple[str, Strings]]
    columns: dict[str, Columns]
    features: tuple[Representation, ...]
    lyrics: Representation
    latents: tuple[Representation, ...]
    controls: tuple[Representation, ...]
    untrained: dict[str, str]
    roles: dict[str, Role]
    label_tables: dict[str, Strings]
    placebos: tuple[Placebo, ...]
    side: Side
    reports: Reports

    def feature(self, name: str) -> Representation:
        """Return the features of a name."""
        return next(item for item in self.features if item.name == name)

    def latent(self, name: str) -> Representation | None:
        """Return the latents of a model, if it has any."""
        return next((item for item in self.latents if item.name == name), None)


def rows_of(item: Representation, ids: Strings) -> NDArray[Any]:
    """Return the rows of the given tracks, in their order; zeros for a track without one."""
    position = {track: row for row, track in enumerate(item.ids)}
    rows = np.array([position.get(track, -1) for track in ids], dtype=np.intp)
    values = np.zeros((len(ids), item.values.shape[1]))
    values[rows >= 0] = np.asarray(item.values)[rows[rows >= 0]]
    return values
