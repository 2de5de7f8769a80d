"""Everything the audit looks at, read once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.audit.checks.envelope import Envelope, read_envelope, read_level
from reprise.audit.labelling import Labelling, Strings
from reprise.models.read_latents import Latents, Unavailable, load_latents
from reprise.tables import read_array, read_json, read_table

if TYPE_CHECKING:
    import pandas as pd

FEWEST_LABELLED = 20
"""A label of fewer tracks is not audited."""

LEVELS = 64
"""Files whose sound is read, to see that feature rows belong to them."""


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
    """

    name: str
    stage: str
    ids: Strings
    values: NDArray[Any]
    given: str = "none"


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
class Material:
    """What the checks get; see the fields' names for the artefact of that name."""

    tracks: Strings
    orders: dict[str, tuple[str, Strings]]
    labellings: tuple[Labelling, ...]
    envelopes: dict[str, Envelope]
    levels: dict[str, float]
    texts: dict[str, str]
    lyrics: Representation
    features: tuple[Representation, ...]
    latents: tuple[Representation, ...]
    controls: tuple[Representation, ...]
    untrained: dict[str, str]
    missing: dict[str, str]
    roles: dict[str, Role]
    label_tables: dict[str, Strings]
    assignments: pd.DataFrame
    evaluation: dict[str, Any]
    pairs: pd.DataFrame
    song_inputs: pd.DataFrame
    song_targets: pd.DataFrame
    song_texts: dict[str, str]
    pseudo_labels: pd.DataFrame


def read_material(data: Path, metrics: Path, models: list[str]) -> Material:
    """Read all artefacts of a run.

    Parameters
    ----------
    data, metrics
        Folders of artefacts and metrics.
    models
        Names of the models; a folder is never listed.
    """
    import pandas as pd

    corpus, songs = data / "corpus" / "tracks", data / "corpus" / "songs"
    tracks = _ids(read_table(corpus / "tracks.parquet", "tracks"))
    features = _features(data / "features" / "tracks" / "vectors")
    rows = features[0].ids
    lyrics = data / "lyrics" / "tracks"
    lyric_ids = _ids(read_table(lyrics / "tracks.parquet"))
    trained = {name: load_latents(data / "models" / name) for name in models}
    latents = tuple(_latents(name, found) for name, found in trained.items() if isinstance(found, Latents))
    return Material(
        tracks=tracks,
        orders={
            "corpus tracks": ("download", tracks),
            "feature rows": ("features", rows),
            "lyrics rows": ("lyrics", lyric_ids),
            **{f"latents of {item.name}": (item.stage, item.ids) for item in latents},
        },
        labellings=_labellings(corpus),
        envelopes={track: read_envelope(corpus / "audio" / f"{track}.wav") for track in tracks},
        levels={
            track: read_level(corpus / "audio" / f"{track}.wav")
            for track in rows[:: max(1, len(rows) // LEVELS)]
        },
        texts=_texts(corpus),
        lyrics=Representation(
            "lyrics embeddings", "lyrics", lyric_ids, read_array(lyrics / "embeddings.npy")
        ),
        features=features,
        latents=latents,
        controls=tuple(_controls(data / "models", trained)),
        untrained={name: found.why for name, found in trained.items() if isinstance(found, Unavailable)},
        missing={name: str(why) for name, why in read_json(corpus / "corpus.json")["missing"].items()},
        roles={role: _role(data, role) for role in ("tracks", "songs")},
        label_tables={
            part: _ids(read_table(data / "labels" / part / "labels.parquet", "labels"))
            for part in ("train", "test")
        },
        assignments=read_table(data / "clusters" / "assignments.parquet", "assignments"),
        evaluation=read_json(metrics / "evaluate.json"),
        pairs=read_table(data / "corpus" / "emotion" / "pairs.parquet", "pairs"),
        song_inputs=_song_inputs(songs, data / "features" / "songs" / "vectors" / "descriptors.parquet"),
        song_targets=read_table(songs / "targets.parquet", "targets").set_index("track_id"),
        song_texts=_texts(songs),
        pseudo_labels=pd.read_csv(data / "tracks_with_cluster_names.csv", dtype=str, keep_default_na=False),
    )


def _ids(table: pd.DataFrame) -> Strings:
    ids: Strings = table["track_id"].to_numpy(dtype=str)
    return ids


def _texts(corpus: Path) -> dict[str, str]:
    texts = read_table(corpus / "lyrics.parquet", "lyrics").dropna(subset=["text"])
    return dict(zip(_ids(texts), texts["text"].to_numpy(dtype=str), strict=True))


def _labellings(corpus: Path) -> tuple[Labelling, ...]:
    labels = read_table(corpus / "labels.parquet", "labels").merge(
        read_table(corpus / "groups.parquet", "groups"), on="track_id"
    )
    found = []
    for name in ("genre", "language"):
        known = labels.dropna(subset=[name])
        if known[name].nunique() > 1 and len(known) >= FEWEST_LABELLED:
            values, artists = known[name].to_numpy(dtype=str), known["artist_id"].to_numpy(dtype=str)
            found.append(Labelling.build(name, _ids(known), values, artists))
    return tuple(found)


def _features(folder: Path) -> tuple[Representation, ...]:
    """Return descriptors, pooled statistics and fingerprints; all have the rows of the first."""
    names = ("descriptors", "pooled")
    tables = {name: read_table(folder / f"{name}.parquet") for name in names}
    values = {
        name: table.drop(columns="track_id").to_numpy(dtype=np.float64) for name, table in tables.items()
    }
    values["fingerprints"] = read_array(folder / "fingerprints.npy")
    ids = _ids(tables["descriptors"])
    return tuple(Representation(name, "features", ids, array) for name, array in values.items())


def _latents(model: str, found: Latents) -> Representation:
    stage = "train" if found.labels_used == "none" else "train_conditional"
    return Representation(model, f"{stage}@{model}", found.track_ids, found.values, found.labels_used)


def _controls(folder: Path, trained: dict[str, Latents | Unavailable]) -> list[Representation]:
    """Return negative controls: representations that contain the label on purpose."""
    found = []
    for model, latents in trained.items():
        if isinstance(latents, Latents) and (folder / model / "negative_control.npy").exists():
            control = load_latents(folder / model, "negative_control")
            if isinstance(control, Latents):
                name = f"negative control of {model}"
                found.append(
                    Representation(
                        name,
                        f"train_conditional@{model}",
                        control.track_ids,
                        control.values,
                        control.labels_used,
                    )
                )
    return found


def _role(data: Path, role: str) -> Role:
    splits = read_table(data / "splits" / f"{role}.parquet", "splits")
    groups = read_table(data / "corpus" / role / "groups.parquet", "groups").merge(splits, on="track_id")
    fingerprints = _features(data / "features" / role / "vectors")[-1]
    parts = dict(zip(_ids(splits), splits["split"].to_numpy(dtype=str), strict=True))
    return Role(parts, groups, fingerprints)


def _song_inputs(corpus: Path, descriptors: Path) -> pd.DataFrame:
    """Return what the regression may use: descriptors, year, genre; one row for each song."""
    labels = read_table(corpus / "labels.parquet", "labels")
    metadata = read_table(corpus / "metadata.parquet", "metadata").drop(columns=["title", "artist"])
    audio = read_table(descriptors, "descriptors")
    return (
        labels.merge(metadata, on="track_id", how="outer")
        .merge(audio, on="track_id", how="left")
        .set_index("track_id")
    )
