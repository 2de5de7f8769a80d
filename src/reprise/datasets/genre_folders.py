"""Datasets laid out as ``<folder>/<genre>/<genre>.<number>.<suffix>``: what GTZAN and its excerpts have in common.

The folder names the genre, which is why nothing of such an archive is ever unpacked to disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from reprise.datasets.base import Audio, RawTrack

SUFFIXES = (".wav", ".au")

MISSING = {
    "lyrics": "GTZAN has excerpts of 30 s without words or titles",
    "language": "GTZAN names neither songs nor languages",
    "tags": "GTZAN has one genre label for each excerpt and no other",
    "factors": "true generative factors exist for rendered music only",
    "affect": "GTZAN was not judged for arousal and valence",
    "pairs": "GTZAN was not judged for arousal and valence",
    "targets": "the 18 targets belong to songs with lyrics",
    "year": "GTZAN has no metadata of its recordings",
}
"""Why GTZAN and its excerpts have a genre and nothing else."""


def is_track(name: str) -> bool:
    """Whether an archive member is a track: audio in a genre's folder, and no ``._`` file of a Macintosh."""
    path = PurePosixPath(name)
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and len(path.parts) > 1


def short_name(name: str) -> str:
    """Return ``<genre>/<file>``, which names a track in lists and tables."""
    return "/".join(PurePosixPath(name).parts[-2:])


def genre_tracks(files: Iterable[tuple[str, Audio]], limit: int = 0) -> Iterator[RawTrack]:
    """Iterate over the tracks among the files of an archive.

    Parameters
    ----------
    files : iterable of (str, Audio)
        Names and contents; what is no audio in a folder is passed over.
    limit : int
        Most tracks of each genre, the first that come; 0 for all.
    """
    taken: Counter[str] = Counter()
    for name, audio in files:
        if not is_track(name):
            continue
        genre = PurePosixPath(name).parent.name
        taken[genre] += 1
        if not limit or taken[genre] <= limit:
            yield RawTrack(source=short_name(name), audio=audio, genre=genre)
