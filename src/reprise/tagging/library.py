"""Tagging a folder of music: each file is recognised by its samples, and a copy of it gets what the run says of it.

Originals are opened for reading only. A file is recognised as the pipeline names tracks: by a hash of the samples of its clip, so that it may
have been renamed, moved, or tagged anew since the run.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ruamel.yaml import YAML

from reprise.datasets.base import RawTrack, Reject
from reprise.datasets.clip import make_clip
from reprise.datasets.folder import SUFFIXES, OwnFile, n_samples
from reprise.datasets.tree import walk
from reprise.errors import BadInput, BadParameter
from reprise.tagging.moods import mood_word
from reprise.tagging.writers import MOOD, NoTags, write_fields
from reprise.web.catalogue import Catalogue

PREFIX = "REPRISE_"
CORPUS = "data/corpus/tracks/corpus.json"


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    name
        Its path below the folder.
    fields
        What is, or would be, written into its copy.
    why
        Why nothing is; empty otherwise.
    """

    name: str
    fields: dict[str, str]
    why: str = ""


@dataclass(frozen=True)
class Cut:
    """How the run cut its clips.

    Attributes
    ----------
    crop
        Which part of a file; start or middle.
    samples
        Length of a clip.
    """

    crop: str
    samples: int


@dataclass(frozen=True)
class Order:
    """What to tag.

    Attributes
    ----------
    folder
        The music.
    target
        Where the copies go; outside of `folder`.
    write
        Whether copies are written, or only said.
    place
        Whether files that are not in the run are looked at by the models.
    """

    folder: Path
    target: Path
    write: bool = False
    place: bool = False


def tag_library(order: Order, root: Path, catalogue: Catalogue) -> Iterator[Outcome]:
    """Tag copies of all audio files of a folder, and say what became of each.

    Parameters
    ----------
    order
        What to tag.
    root
        The project's folder, whose ``params.yaml`` says how clips are cut.
    catalogue
        The last run.

    Raises
    ------
    BadParameter
        If the folder is none, or the target lies in it (or it in the target).
    """
    folder, target = order.folder.resolve(), order.target.resolve()
    if not folder.is_dir():
        raise BadParameter(f"{order.folder} is no folder; name the one that holds your music")
    if folder == target or folder in target.parents or target in folder.parents:
        raise BadParameter(f"--to {order.target}: copies must lie apart from the music in {order.folder}")
    cut = _cut(root)
    placer = _placer(root) if order.place else None
    for name, path in sorted(walk(folder).files.items()):
        if PurePosixPath(name).suffix.lower() in SUFFIXES:
            yield _tag(name, path, order, cut, catalogue, placer)


def _cut(root: Path) -> Cut:
    """Return how clips are cut: as the run's own, whichever dataset it is of; as ``params.yaml`` says where there is no corpus."""
    parameters = YAML(typ="safe").load((root / "params.yaml").read_text(encoding="utf-8"))
    options, about = dict(parameters["datasets"]["folder"]), root / CORPUS
    if about.is_file():
        corpus = json.loads(about.read_text(encoding="utf-8"))
        return Cut(corpus["crop"], int(corpus["n_samples"]))
    return Cut(options["crop"], n_samples(options))


def fields_of(track: dict[str, Any]) -> dict[str, str]:
    """Return the fields that tell what a run says of a track; values that it does not have are left out."""
    mood = mood_word(track.get("arousal"), track.get("valence"))
    given = {
        MOOD: mood,
        f"{PREFIX}LABEL": track.get("label"),
        f"{PREFIX}AROUSAL": _digits(track.get("arousal")),
        f"{PREFIX}VALENCE": _digits(track.get("valence")),
        f"{PREFIX}CLUSTER": None if track.get("cluster") is None else str(track["cluster"]),
        f"{PREFIX}TRACK": track.get("track_id"),
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def _tag(name: str, path: Path, order: Order, cut: Cut, catalogue: Catalogue, placer: Any) -> Outcome:
    found = _recognise(name, path, cut, catalogue, placer)
    if isinstance(found, str):
        return Outcome(name, {}, found)
    fields = fields_of(found)
    copy = order.target / name
    if copy.exists():
        return Outcome(name, {}, f"{copy} exists already")
    if order.write:
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            write_fields(copy, fields)
        except NoTags as error:
            copy.unlink(missing_ok=True)
            return Outcome(name, {}, str(error))
    return Outcome(name, fields)


def _recognise(name: str, path: Path, cut: Cut, catalogue: Catalogue, placer: Any) -> dict[str, Any] | str:
    """Return what is known of a file, or why nothing is."""
    clip = make_clip(RawTrack(source=name, audio=OwnFile(path), crop=cut.crop), cut.samples)
    if not isinstance(clip, Reject):
        row = catalogue.row(clip.track_id)
        if row is not None:
            return catalogue.brief(row)
    if placer is not None:
        try:
            return dict(placer.place(path).to_dict())
        except BadInput as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # one bad file must not end the others' tagging
            return f"it cannot be looked at: {error}"
    return (
        f"{clip.reason}: {clip.detail}"
        if isinstance(clip, Reject)
        else "not in this run; --place asks the models"
    )


def _placer(root: Path) -> Any:
    from reprise.lookup.place_file import Placer

    return Placer(root)


def _digits(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"
