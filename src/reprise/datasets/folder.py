"""Your own music: a folder with audio of any kind, and what you know about it.

Any number of files in any tree of folders, of any size: wav, flac, ogg, mp3, m4a, aac, opus, wma, aiff and more
(`SUFFIXES`), at any rate and channel count. Options of ``datasets.folder``:

``path``
    The folder; after each change of it, ``reprise scan folder`` tells the pipeline (``contents``).
``table``
    Name of a ``.csv`` or ``.tsv`` file in it with what is known: artist, title, year, genre, language, tags, lyrics, split, arousal
    and valence, targets (`reprise.datasets.folder_table`). Empty for none.
``genre_from``
    ``folder`` takes the name of the folder that holds a file for its genre, ``none`` does not; the table goes before.
``seconds``, ``crop``
    Length of a clip, and whether it is the ``start`` of a track or its ``middle``.

Artist, title and year are read from the files' own tags where the table does not say. Of a corpus all clips have one length, for a length
that varies tells what a track is, so a shorter file is a reject, ``too_short``: ask for fewer ``seconds`` to keep it. Files whose names
begin with a dot, and files that are no audio, are passed over and counted.

Roles: ``tracks``; ``songs`` (only tracks with lyrics are taken); ``emotion`` (with arousal and valence for those that have them).

Paper: none; these are your files.

Licence: your own; nothing leaves this machine, and the clips are in your ``data/`` only.

Known faults: a collection's artists, tags and folders are as good as its keeper; without an artist, in the table or in a file's tags, a track counts
as an artist of its own, so that splits can only be grouped by likeness. The same recording in two encodings is found by its
likeness (``split.duplicate_similarity``), not merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from reprise.audio.apart import decoder
from reprise.audio.decode import SAMPLE_RATE
from reprise.datasets.base import Info, RawTrack, Reject, Request
from reprise.datasets.folder_table import Table, read_table
from reprise.datasets.tree import Tree, walk
from reprise.errors import BadParameter, MissingData

SUFFIXES = (
    ".3gp", ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".caf", ".dsf", ".flac", ".m4a", ".m4b", ".mka",
    ".mov", ".mp2", ".mp3", ".mp4", ".mpc", ".oga", ".ogg", ".opus", ".rf64", ".tta", ".w64", ".wav", ".webm", ".wma", ".wv",
)  # fmt: skip
"""What counts as audio, in any case; what is inside is found out from the file itself."""

INFO = Info(
    title="Your own music",
    licence="your own",
    source="a folder of yours: datasets.folder.path",
    homepage="docs/parameters.md",
    n_samples=661_500,
    roles=("tracks", "emotion", "songs"),
    provides=frozenset({"lyrics", "language", "genre", "tags", "affect", "targets", "year"}),
    missing={
        "factors": "true generative factors exist for rendered music only",
        "pairs": "a folder holds tracks, and nobody was asked to compare them",
    },
)


@dataclass(frozen=True)
class OwnFile:
    """A file of the user's own, read where it lies."""

    path: Path

    def open(self) -> Path:
        """Return where it is."""
        return self.path


def n_samples(options: Mapping[str, Any]) -> int:
    """Return the length of the clips."""
    return round(float(options["seconds"]) * SAMPLE_RATE)


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the audio files by name, then over what cannot be entered."""
    tree = _tree(request.options)
    files = _audio(tree)
    known = _known(request.options, tree, files)
    if request.role == "songs" and "lyrics" not in known.columns:
        raise MissingData(
            "songs_dataset = 'folder': songs need lyrics; name a table with the columns 'file' and 'lyrics' in datasets.folder.table"
        )
    for name, path in files.items():
        if request.role != "songs" or "lyrics" in known.fields.get(name, {}):
            yield _track(name, path, request.options, known.fields.get(name, {}))
    for name, why in tree.refused.items():
        yield Reject(name, "unreadable", why)


def count(request: Request) -> int:
    """Return how many audio files there are."""
    return len(_audio(_tree(request.options)))


def skipped(request: Request) -> dict[str, int]:
    """Return how many entries were passed over, by kind."""
    tree = _tree(request.options)
    table = bool(request.options.get("table"))
    kinds = tree.skipped + Counter({"not_audio": len(tree.files) - len(_audio(tree)) - table})
    return {kind: kinds[kind] for kind in ("hidden", "links", "not_audio", "special")}


def _tree(options: Mapping[str, Any]) -> Tree:
    path = Path(options["path"])
    if not path.is_dir():
        raise BadParameter(
            f"datasets.folder.path = '{path}' is no folder; name the one that holds your music"
        )
    return walk(path)


def _audio(tree: Tree) -> dict[str, Path]:
    return {name: path for name, path in tree.files.items() if PurePosixPath(name).suffix.lower() in SUFFIXES}


def _known(options: Mapping[str, Any], tree: Tree, files: Mapping[str, Path]) -> Table:
    name = options.get("table")
    if not name:
        return Table((), {})
    if name not in tree.files:
        raise MissingData(f"datasets.folder.table = '{name}': the folder '{tree.root}' holds no such file")
    return read_table(tree.files[name], files)


def _track(name: str, path: Path, options: Mapping[str, Any], known: Mapping[str, Any]) -> RawTrack:
    """Put together what is known: by the table, else by the file's own tags, else by where it lies."""
    fields = _from_tags(path) | dict(known)
    folder = PurePosixPath(name).parent.name
    if options["genre_from"] == "folder" and folder and "genre" not in fields:
        fields["genre"] = folder
    return RawTrack(source=name, audio=OwnFile(path), crop=options["crop"], **fields)


def _from_tags(path: Path) -> dict[str, Any]:
    tags: dict[str, Any] = dict(decoder().tags(path))
    return tags | ({"year": int(tags["year"])} if "year" in tags else {})
