"""A made-up run of any size, for tests and benchmarks: tables in the form of the pipeline's, consistent with each other."""

from __future__ import annotations

import hashlib
import json
import math
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.tables import DESCRIPTORS
from reprise.web.map_places import principal_plane
from reprise.web.near import Space
from reprise.web.run_files import (
    AUDIO,
    CORPUS,
    LABEL_INDEX,
    LOOKUP_METRICS,
    PROFILES,
    RELABEL_METRICS,
    TABLES,
)

LABELS = (
    "Energetic / Heavy",
    "Groovy / Commercial",
    "Soft / Soundscape",
    "dense / dynamic",
    "fast / dark / tonal",
    "slow / tonal",
)
GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
LANGUAGES = ("Arabic", "Bangla", "English", "Hindi", "Spanish")
TAGS = ("calm", "dark", "energetic", "happy", "heavy", "party", "sad", "soft")
WORDS = ("Amber", "Blue", "Café", "Distant", "Evening", "Fields", "Golden", "Harbour", "Island", "June", "Kites", "Lanterns", "Morning", "Night",
         "Ocean", "Paper", "Quiet", "River", "Silver", "Tide", "Under", "Velvet", "Winter", "Years")  # fmt: skip
MODEL = "conv_vae"
SAMPLE_RATE = 22_050


@dataclass(frozen=True)
class Size:
    """How large a made-up run is.

    Attributes
    ----------
    tracks
        Number of tracks.
    listed
        How many of them the lookup table lists.
    dimensions
        Of the latents.
    neighbours
        How many the lookup table lists of each track.
    audio
        Of how many tracks there is audio.
    seconds
        Its length.
    """

    tracks: int
    listed: int
    dimensions: int = 32
    neighbours: int = 10
    audio: int = 0
    seconds: float = 2.0


def make_run(root: Path, size: Size, seed: int = 0) -> list[str]:
    """Write a run.

    Parameters
    ----------
    root
        Empty folder; it becomes the project's.
    size
        How large.
    seed
        Of all random numbers.

    Returns
    -------
    list of str
        Ids of the tracks, ascending; the first ``size.audio`` of them have audio.
    """
    draw = np.random.default_rng(seed)
    ids = sorted(hashlib.sha256(f"{seed}:{index}".encode()).hexdigest()[:16] for index in range(size.tracks))
    listed = np.sort(draw.choice(size.tracks, size.listed, replace=False))
    group = draw.integers(0, len(GENRES), size.tracks)
    centres = draw.normal(0.0, 3.0, (len(GENRES), size.dimensions))
    latents = (centres[group] + draw.normal(0.0, 1.0, (size.tracks, size.dimensions))).astype(np.float32)
    splits = np.where(draw.random(size.tracks) < 0.85, "train", "validation").astype(object)
    splits[listed] = "test"
    label = (group + (draw.random(size.tracks) < 0.2)) % len(LABELS)
    _corpus(root, ids, group, draw)
    _write(root / TABLES["splits"], {"track_id": ids, "split": splits.tolist(), "group_id": ids})
    _write(root / TABLES["acoustic"], {"track_id": ids, "split": splits.tolist(), "cluster": label.tolist(),
                                       "distance": draw.random(size.tracks).tolist(), "label": [LABELS[one] for one in label]})  # fmt: skip
    _write(
        root / TABLES["clusters"],
        {
            "track_id": ids,
            "method": ["kmeans"] * size.tracks,
            "seed": [0] * size.tracks,
            "cluster": group.tolist(),
        },
    )
    sound = draw.random((len(DESCRIPTORS), size.tracks)) * 0.4 + group / len(GENRES)
    _write(
        root / TABLES["descriptors"],
        {
            "track_id": ids,
            **{
                name: (values * _scale(name)).tolist()
                for name, values in zip(DESCRIPTORS, sound, strict=True)
            },
        },
    )
    _model(root / "data/models" / MODEL, ids, latents)
    _lookup(root, ids, listed, latents, label, group, size.neighbours, draw)
    _reports(root, label, draw)
    for index in range(size.audio):
        _tone(root / AUDIO / f"{ids[index]}.wav", 220.0 * 2 ** (index / 12), size.seconds)
    return ids


def _scale(name: str) -> float:
    return {"tempo": 140.0, "centroid_mean": 2500.0, "rms_mean": 0.2}.get(name, 1.0)


def _corpus(root: Path, ids: list[str], group: NDArray[np.int64], draw: np.random.Generator) -> None:
    size = len(ids)
    _write(
        root / TABLES["tracks"],
        {"track_id": ids, "n_samples": [661_500] * size, "sample_rate": [SAMPLE_RATE] * size},
    )
    picked = draw.integers(0, len(WORDS), (size, 3))
    titles = [" ".join(WORDS[one] for one in row) for row in picked]
    artists = [f"The {WORDS[row[0]]} {WORDS[row[2]]}s" for row in picked]
    years = draw.integers(1960, 2025, size).tolist()
    _write(root / TABLES["metadata"], {"track_id": ids, "title": titles, "artist": artists, "year": years})
    languages = [LANGUAGES[one] for one in draw.integers(0, len(LANGUAGES), size)]
    _write(
        root / TABLES["labels"],
        {"track_id": ids, "genre": [GENRES[one] for one in group], "language": languages},
    )
    tags = [TAGS[(one + index) % len(TAGS)] for index, one in enumerate(group.tolist())]
    _write(root / TABLES["tags"], {"track_id": ids, "tag": [f"mood/theme---{tag}" for tag in tags]})
    (root / CORPUS).write_text(
        json.dumps({"n_samples": 661_500, "crop": "middle", "sample_rate": SAMPLE_RATE})
    )


def _model(folder: Path, ids: list[str], latents: NDArray[np.float32]) -> None:
    folder.mkdir(parents=True)
    np.save(folder / "latents.npy", latents)
    _write(folder / "tracks.parquet", {"track_id": ids})
    folder.joinpath("config.json").write_text(
        json.dumps({"available": True, "model": MODEL, "labels_used": "none"})
    )


def _lookup(
    root: Path,
    ids: list[str],
    listed: NDArray[np.int64],
    latents: NDArray[np.float32],
    label: NDArray[np.int64],
    group: NDArray[np.int64],
    count: int,
    draw: np.random.Generator,
) -> None:
    logits = draw.normal(0.0, 1.0, (len(listed), len(LABELS)))
    logits[np.arange(len(listed)), label[listed]] += 2.5
    chances = np.exp(logits)
    chances /= chances.sum(axis=1, keepdims=True)
    plane = principal_plane(latents)[listed]
    space = Space(latents)
    near = [space.nearest(latents[row].astype(np.float64), count + 1) for row in listed.tolist()]
    mood = np.clip(draw.normal(0.5, 0.18, (len(listed), 2)), 0.0, 1.0)
    columns: dict[str, Any] = {
        "track_id": [ids[row] for row in listed],
        "new_acoustic_label": [LABELS[one] for one in chances.argmax(axis=1)],
        **{f"prob_{name}": chances[:, index] for index, name in enumerate(LABELS)},
        "entropy": -(chances * np.log(chances)).sum(axis=1),
        "arousal": mood[:, 0],
        "valence": mood[:, 1],
        "map_x": plane[:, 0],
        "map_y": plane[:, 1],
        "cluster": group[listed],
        "cluster_distance": draw.random(len(listed)),
        "neighbours": [
            [ids[other] for other in one.rows if other != row][:count]
            for one, row in zip(near, listed, strict=True)
        ],
        "neighbour_distances": [
            one.distances[one.rows != row][:count].tolist() for one, row in zip(near, listed, strict=True)
        ],
    }
    _write(root / TABLES["lookup"], columns)
    (root / LABEL_INDEX).write_text(json.dumps({name: index for index, name in enumerate(LABELS)}))


def _reports(root: Path, label: NDArray[np.int64], draw: np.random.Generator) -> None:
    for name, content in {
        LOOKUP_METRICS: {"selected_model": MODEL, "rows": 1, "mood": {"available": True}},
        RELABEL_METRICS: {
            "labels": {name: {"cluster": index, "named_by": "tags"} for index, name in enumerate(LABELS)}
        },
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(content))
    rows = ["cluster,tag,count,cluster_tracks,tag_tracks,lift,p_value,q_value"]
    for cluster in range(len(LABELS)):
        for index, tag in enumerate(TAGS):
            lift = 3.0 if index == cluster else float(draw.uniform(0.5, 1.2))
            rows.append(
                f"{cluster},{tag},10,{int((label == cluster).sum())},20,{lift:.6g},{0.001 if lift > 2 else 0.5},{0.01 if lift > 2 else 0.9}"
            )
    (root / PROFILES).write_text("\n".join([*rows, ""]))
    (root / "dvc.lock").write_text("schema: '2.0'\n")


def _tone(path: Path, hertz: float, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    samples = (0.2 * 32_767 * np.sin(2 * math.pi * hertz * time)).astype("<i2")
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(SAMPLE_RATE)
        stream.writeframes(samples.tobytes())


def _write(path: Path, columns: dict[str, Any]) -> None:
    import pyarrow
    from pyarrow import parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.table(columns), path, compression="zstd")
