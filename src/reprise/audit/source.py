"""Reading everything the audit looks at, once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reprise.audit.checks.envelope import read_envelope, read_level
from reprise.audit.labelling import Labelling, Strings
from reprise.audit.material import Columns, Corpus, Material, Representation, Role, Side
from reprise.audit.placebo_store import load_placebo
from reprise.audit.source_reports import read_reports
from reprise.models.read_latents import NO_LABELS, Latents, Unavailable, load_latents, read_config
from reprise.tables import DESCRIPTORS, SCHEMAS, read_array, read_json, read_table

if TYPE_CHECKING:
    import pandas as pd

FEWEST_LABELLED = 20
"""A label of fewer tracks is not audited."""

LEVELS = 64
"""Files whose sound is read, to see that feature rows belong to them."""

MODALITIES = ("audio", "lyrics")


def read_material(data: Path, metrics: Path, params: Mapping[str, Any]) -> Material:
    """Read all artefacts of a run.

    Parameters
    ----------
    data, metrics
        Folders of artefacts and metrics.
    params
        ``seed``, ``models``, ``cluster`` and ``compare`` of the parameters; a folder is never listed.
    """
    features = _features(data / "features/tracks/vectors")
    trained = {name: load_latents(data / "models" / name) for name in params["models"]}
    latents = tuple(
        _latents(data / "models" / name, name, found)
        for name, found in trained.items()
        if isinstance(found, Latents)
    )
    lyrics = _lyrics(data / "lyrics/tracks")
    corpus = _corpus(data / "corpus/tracks", features[0].ids)
    return Material(
        corpus=corpus,
        orders={
            "corpus tracks": ("download", corpus.tracks),
            "feature rows": ("features", features[0].ids),
            "lyrics rows": ("lyrics", lyrics.ids),
            **{f"latents of {item.name}": (item.stage, item.ids) for item in latents},
        },
        columns=_columns(data),
        features=features,
        lyrics=lyrics,
        latents=latents,
        controls=tuple(_controls(data / "models", trained)),
        untrained={name: found.why for name, found in trained.items() if isinstance(found, Unavailable)},
        roles={role: _role(data, role) for role in ("tracks", "songs")},
        label_tables={
            part: _ids(read_table(data / "labels" / part / "labels.parquet", "labels"))
            for part in ("train", "test")
        },
        placebos=tuple(load_placebo(data / "placebo", modality) for modality in MODALITIES),
        side=_side(data),
        reports=read_reports(data, metrics, params),
    )


def _corpus(folder: Path, heard: Strings) -> Corpus:
    tracks = _ids(read_table(folder / "tracks.parquet", "tracks"))
    labels = read_table(folder / "labels.parquet", "labels")
    missing = {name: str(why) for name, why in read_json(folder / "corpus.json")["missing"].items()}
    labellings, unlabelled = _labellings(folder, labels, missing)
    spoken = labels.dropna(subset=["language"])
    return Corpus(
        tracks=tracks,
        labellings=labellings,
        unlabelled=unlabelled,
        envelopes={track: read_envelope(folder / "audio" / f"{track}.wav") for track in tracks},
        levels={
            track: read_level(folder / "audio" / f"{track}.wav")
            for track in heard[:: max(1, len(heard) // LEVELS)]
        },
        texts=_texts(folder),
        languages=dict(zip(_ids(spoken), spoken["language"].to_numpy(dtype=str), strict=True)),
        factors=read_table(folder / "factors.parquet", "factors").set_index("track_id"),
        missing=missing,
    )


def _labellings(
    folder: Path, labels: pd.DataFrame, missing: dict[str, str]
) -> tuple[tuple[Labelling, ...], dict[str, str]]:
    """Return the labels that can be tested, and why the others cannot."""
    table = labels.merge(read_table(folder / "groups.parquet", "groups"), on="track_id")
    table["artist_id"] = table["artist_id"].fillna(table["track_id"])
    found, absent = [], {}
    for name in ("genre", "language"):
        known = table.dropna(subset=[name])
        if known[name].nunique() < 2 or len(known) < FEWEST_LABELLED:
            few = f"{len(known)} tracks of {known[name].nunique()} classes"
            absent[name] = missing.get(name, f"two classes and {FEWEST_LABELLED} tracks are needed: {few}")
            continue
        values, artists = known[name].to_numpy(dtype=str), known["artist_id"].to_numpy(dtype=str)
        found.append(Labelling.build(name, _ids(known), values, artists))
    return tuple(found), absent


def _features(folder: Path) -> tuple[Representation, ...]:
    """Return descriptors, pooled statistics and fingerprints; all have the rows of the first."""
    tables = {name: read_table(folder / f"{name}.parquet") for name in ("descriptors", "pooled")}
    values: dict[str, Any] = {
        name: table.drop(columns="track_id").to_numpy(dtype=np.float64) for name, table in tables.items()
    }
    values["fingerprints"] = read_array(folder / "fingerprints.npy")
    ids = _ids(tables["descriptors"])
    return tuple(Representation(name, "features", ids, array) for name, array in values.items())


def _lyrics(folder: Path) -> Representation:
    ids = _ids(read_table(folder / "tracks.parquet"))
    return Representation("lyrics embeddings", "lyrics", ids, read_array(folder / "embeddings.npy"))


def _latents(folder: Path, model: str, found: Latents) -> Representation:
    stage = "train" if found.labels_used == NO_LABELS else "train_conditional"
    lyrics = reads_lyrics(read_config(folder).get("params", {}))
    return Representation(model, f"{stage}@{model}", found.track_ids, found.values, found.labels_used, lyrics)


def reads_lyrics(params: Mapping[str, Any]) -> bool:
    """Whether a model of these parameters is given lyrics: as leading components, or as tokens."""
    return any(params.get(name) for name in ("lyrics_components", "lyrics_tokens"))


def _controls(folder: Path, trained: dict[str, Latents | Unavailable]) -> list[Representation]:
    """Return negative controls: representations that contain the label on purpose."""
    found = []
    for model, latents in trained.items():
        if isinstance(latents, Latents) and (folder / model / "negative_control.npy").exists():
            control = load_latents(folder / model, "negative_control")
            if isinstance(control, Latents):
                name, stage = f"negative control of {model}", f"train_conditional@{model}"
                found.append(
                    Representation(name, stage, control.track_ids, control.values, control.labels_used)
                )
    return found


def _columns(data: Path) -> dict[str, Columns]:
    """Return the columns of the tables that label-free stages read."""
    tables = {
        "corpus/tracks/tracks.parquet": ("download", tuple(SCHEMAS["tracks"])),
        "corpus/tracks/groups.parquet": ("download", tuple(SCHEMAS["groups"])),
        "corpus/tracks/lyrics.parquet": ("download", tuple(SCHEMAS["lyrics"])),
        "splits/tracks.parquet": ("split", tuple(SCHEMAS["splits"])),
        "splits/songs.parquet": ("split", tuple(SCHEMAS["splits"])),
        "features/tracks/vectors/descriptors.parquet": ("features", ("track_id", *DESCRIPTORS)),
        "lyrics/tracks/tracks.parquet": ("lyrics", ("track_id",)),
    }
    return {
        name: Columns(stage, tuple(map(str, read_table(data / name).columns)), allowed)
        for name, (stage, allowed) in tables.items()
    }


def _role(data: Path, role: str) -> Role:
    splits = read_table(data / "splits" / f"{role}.parquet", "splits")
    groups = read_table(data / "corpus" / role / "groups.parquet", "groups").merge(splits, on="track_id")
    fingerprints = _features(data / "features" / role / "vectors")[-1]
    parts = dict(zip(_ids(splits), splits["split"].to_numpy(dtype=str), strict=True))
    return Role(parts, groups, fingerprints)


def _side(data: Path) -> Side:
    emotion, songs = data / "corpus/emotion", data / "corpus/songs"
    return Side(
        pairs=read_table(emotion / "pairs.parquet", "pairs"),
        affect=read_table(emotion / "affect.parquet", "affect").set_index("track_id"),
        emotion=_features(data / "features/emotion/vectors")[0],
        song_inputs=_song_inputs(songs, data / "features/songs/vectors/descriptors.parquet"),
        song_targets=read_table(songs / "targets.parquet", "targets").set_index("track_id"),
        song_texts=_texts(songs),
    )


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


def _texts(corpus: Path) -> dict[str, str]:
    texts = read_table(corpus / "lyrics.parquet", "lyrics").dropna(subset=["text"])
    return dict(zip(_ids(texts), texts["text"].to_numpy(dtype=str), strict=True))


def _ids(table: pd.DataFrame) -> Strings:
    ids: Strings = table["track_id"].to_numpy(dtype=str)
    return ids
