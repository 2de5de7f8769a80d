"""What a group of tracks means, in numbers and in words: by sound, by tags, and by the genres it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.relabel.words import AXES
from reprise.web.catalogue import Catalogue
from reprise.web.columns import shown
from reprise.web.load import read_csv
from reprise.web.run_files import PROFILES, RELABEL_METRICS, RunFiles

Mask = NDArray[np.bool_]
STANDS_OUT = 0.5
"""Distance of a group's mean from that of all tracks, in standard deviations, from which it is worth a word."""

FALSE_DISCOVERY = 0.05
LIFT = 1.5
SHARE = 0.15
"""A genre or label is named where it holds this share of a group and is `LIFT` times as frequent as in all tracks."""

MANY = 8


@dataclass(frozen=True)
class Measured:
    """How a descriptor is said: its name, how its mean is written, and with which unit."""

    name: str
    scale: float
    digits: int
    unit: str


UNITS = {
    "tempo": Measured("tempo", 1.0, 0, " BPM"),
    "centroid_mean": Measured("spectral centroid", 1.0, 0, " Hz"),
    "chroma_mean": Measured("pitch classes that sound together", 100.0, 0, " %"),
    "rms_mean": Measured("level", 0.0, 1, " dBFS"),
    "flat_mean": Measured("spectral flatness", 1.0, 3, ""),
    "rms_std": Measured("variation of level", 1.0, 3, ""),
    "tempo_conf": Measured("clearness of the beat", 1.0, 2, ""),
}


def profile(catalogue: Catalogue, members: Mask) -> dict[str, Any]:
    """Return what the tracks of a group have in common.

    Parameters
    ----------
    catalogue
        All tracks.
    members
        Which belong to the group.

    Returns
    -------
    dict
        tracks; sound: descriptors with a word, by how far they stand out; genres, labels: shares with those of all tracks; mood: mean arousal
        and valence of the members that have one; central: the ids nearest to the group's centre.
    """
    return {
        "tracks": int(members.sum()),
        "sound": _sound(catalogue, members),
        "genres": _shares(catalogue, "genre", members),
        "labels": _shares(catalogue, "label", members),
        "mood": {name: _mean(catalogue.numbers[name], members) for name in ("arousal", "valence")},
        "central": _central(catalogue, members),
    }


def in_words(found: dict[str, Any], tags: list[dict[str, Any]] | None = None) -> str:
    """Return a profile as sentences: only what stands out is said, each figure with that of all tracks beside it."""
    loud = [one for one in found["sound"] if abs(one["deviation"]) >= STANDS_OUT]
    count = found["tracks"]
    tracks = f"{count} track{'' if count == 1 else 's'}"
    if loud:
        words = _join([one["word"] for one in loud[:4]])
        figures = "; ".join(f"{one['name']} {one['text']}, all tracks {one['text_all']}" for one in loud[:3])
        said = [f"{tracks}, {words} compared with the others ({figures})."]
    else:
        said = [
            f"{tracks} that sound like the average of all: no descriptor stands out by {STANDS_OUT:g} standard deviations."
        ]
    if tags is not None:
        typical = [one for one in tags if one["q_value"] <= FALSE_DISCOVERY and one["lift"] > 1][:4]
        listed = _join([f"{one['tag']} ({one['lift']:.1f} times)" for one in typical])
        said.append(
            f"Tags that are more frequent here than chance explains: {listed}."
            if typical
            else "No tag is more frequent here than chance explains."
        )
    for key, name in (("genres", "genre"), ("labels", "acoustic label")):
        typical = [
            one for one in found[key] if one["share"] >= SHARE and one["share"] >= LIFT * one["share_all"]
        ]
        if typical and (tags is None or key == "genres"):
            listed = _join(
                [
                    f"{one['name']} {one['share']:.0%} (all tracks {one['share_all']:.0%})"
                    for one in typical[:3]
                ]
            )
            said.append(f"Most typical {name}: {listed}.")
    mood = found["mood"]
    if mood["arousal"] is not None and mood["valence"] is not None:
        said.append(
            f"Predicted mood on average: arousal {mood['arousal']:.2f}, valence {mood['valence']:.2f} (0 to 1, 0.5 is a typical track)."
        )
    return " ".join(said)


def label_profiles(files: RunFiles, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return every acoustic label with its profile, tags and meaning, in the order of ``label_to_idx.json``."""
    from reprise.web.reports import read_metrics_file

    metrics = read_metrics_file(files.path(RELABEL_METRICS)).get("labels", {})
    rows = read_csv(files.path(PROFILES))
    found = []
    for index, label in enumerate(catalogue.labels):
        about = metrics.get(label, {})
        cluster = about.get("cluster")
        tags = [_tag(row) for row in rows if str(row["cluster"]) == str(cluster)]
        members = catalogue.categories["label"].codes == index
        described = profile(catalogue, np.asarray(members))
        found.append(
            {
                "label": label,
                "index": index,
                "acoustic_cluster": cluster,
                "named_by": about.get("named_by"),
                "meaning": in_words(described, tags if rows else None),
                "predicted_tracks": int((members & (catalogue.listed >= 0)).sum()),
                "tags": tags[:MANY],
                **described,
            }
        )
    return found


def cluster_profiles(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return every cluster of the latents with its profile and meaning."""
    clusters = catalogue.categories["cluster"]
    found = []
    for code, name in enumerate(clusters.names):
        described = profile(catalogue, np.asarray(clusters.codes == code))
        found.append({"cluster": int(name), "meaning": in_words(described), **described})
    return found


def _tag(row: dict[str, str]) -> dict[str, Any]:
    whole = {name: int(float(row[name])) for name in ("count", "cluster_tracks", "tag_tracks")}
    return {"tag": row["tag"], **whole, **{name: float(row[name]) for name in ("lift", "p_value", "q_value")}}


def _sound(catalogue: Catalogue, members: Mask) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for axis in AXES:
        column = axis.columns[0]
        if column not in catalogue.descriptors or not members.any():
            continue
        values = catalogue.descriptors[column]
        inside, mean, spread = _mean(values, members), _mean(values), float(np.nanstd(values))
        if inside is None or mean is None or spread == 0:
            continue
        deviation = (inside - mean) / spread
        found.append(
            {
                "descriptor": column,
                "name": UNITS[column].name,
                "word": axis.high if deviation > 0 else axis.low,
                "deviation": shown(deviation),
                "mean": shown(inside),
                "mean_all": shown(mean),
                "text": _written(column, inside),
                "text_all": _written(column, mean),
            }
        )
    return sorted(found, key=lambda one: -abs(one["deviation"]))


def _written(column: str, value: float) -> str:
    how = UNITS[column]
    number = 20 * np.log10(max(value, 1e-6)) if how.scale == 0 else value * how.scale
    return f"{number:,.{how.digits}f}{how.unit}".replace("-", "−")


def _shares(catalogue: Catalogue, column: str, members: Mask) -> list[dict[str, Any]]:
    values = catalogue.categories[column]
    known = values.codes >= 0
    inside, everywhere = int((known & members).sum()), int(known.sum())
    found: list[dict[str, Any]] = []
    for code, name in enumerate(values.names):
        here, there = int((values.codes[members] == code).sum()), int((values.codes == code).sum())
        if here:
            found.append(
                {
                    "name": name,
                    "tracks": here,
                    "share": shown(here / inside),
                    "share_all": shown(there / everywhere),
                }
            )
    return sorted(found, key=lambda one: (-one["tracks"], one["name"]))[:MANY]


def _mean(values: NDArray[np.float64], members: Mask | None = None) -> float | None:
    chosen = values if members is None else values[members]
    finite = chosen[np.isfinite(chosen)]
    return float(finite.mean()) if len(finite) else None


def _central(catalogue: Catalogue, members: Mask, count: int = 3) -> list[str]:
    rows = np.flatnonzero(members)
    values = catalogue.latents[rows].astype(np.float64) if catalogue.latents is not None else np.empty((0, 0))
    known = np.isfinite(values).all(axis=1) if len(values) else np.empty(0, np.bool_)
    if not known.any():
        return []
    far = np.linalg.norm(values[known] - values[known].mean(axis=0), axis=1)
    return [catalogue.track_id(int(row)) for row in rows[known][np.argsort(far, kind="stable")[:count]]]


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
