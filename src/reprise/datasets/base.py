"""What a dataset file declares.

One file is one dataset. It holds a docstring (what, size, format, paper, licence, known faults), ``INFO`` and

``load(request) -> Iterator[RawTrack | Reject]``
    Tracks as upstream has them: a source name, audio that can be opened, and whatever upstream knows about them.
    The order must be a function of the files alone; nothing that bears a label may be unpacked to disk.
``pairs(request, tracks) -> Iterable[RawPair]`` (only where ``INFO.provides`` names ``pairs``)
    Pairwise judgements of the tracks that were kept, which come without their audio.
``count(request) -> int`` (where it is known beforehand)
    How many tracks there will be, for the progress bar.
``remotes(options) -> tuple[Remote, ...]`` (where the files to fetch depend on the dataset's block in ``params.yaml``)
    They take the place of ``INFO.remotes``, which then lists the most that may be fetched.
``n_samples(options) -> int`` (where the length of a clip is the user's to choose)
    It takes the place of ``INFO.n_samples``; all clips of a corpus have it.
``skipped(request) -> dict`` (where a folder holds other things beside tracks)
    How many entries of each kind were passed over, for the metrics.

Decoding, cropping, naming and checking are not its business: `reprise.datasets.ingest` does them once for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

DATASET_PARAMETER = {
    "tracks": "dataset",
    "emotion": "emotion_dataset",
    "songs": "songs_dataset",
    "factors": "factors_dataset",
}
"""The parameter that selects the dataset of each role."""

ROLES = tuple(DATASET_PARAMETER)

PROVIDABLE = ("lyrics", "language", "genre", "tags", "factors", "affect", "pairs", "targets", "year")
"""What a dataset may have beside its audio; each is in ``INFO.provides`` or has its reason in ``INFO.missing``."""

EMBEDDED = "synthetic"
"""The dataset that the project renders by itself; it fills every role."""


@dataclass(frozen=True)
class Remote:
    """A file that a dataset is fetched from.

    Attributes
    ----------
    filename : str
        Name in the cache, and below ``<mirror>/<dataset>/`` on a mirror.
    url : str
        Where upstream keeps it.
    checksum : str or None
        ``sha256:…``, ``sha1:…`` or ``md5:…``; ``None`` where upstream's bytes are not stable (archives that GitHub
        packs on request), in which case the loader must check what is inside.
    """

    filename: str
    url: str
    checksum: str | None = None


@dataclass(frozen=True)
class Info:
    """The facts about a dataset.

    Attributes
    ----------
    title, licence, source, homepage : str
        For people; ``source`` says where the audio comes from.
    n_samples : int
        Length of every clip at 22,050 Hz, longer ones are cropped as their `RawTrack.crop` says; 0 for a dataset without audio.
    roles : tuple of str
        Roles it can fill: ``tracks``, ``emotion``, ``songs``, ``factors``.
    provides : frozenset of str
        What it has, of `PROVIDABLE`.
    missing : mapping of str to str
        Why it lacks the rest.
    remotes : tuple of Remote
        Its files.
    n_tracks : int
        Tracks of the whole dataset upstream; 0 where that depends on the user.
    n_bytes : int
        Size of what is fetched for the whole of it; 0 where nothing is.
    """

    title: str
    licence: str
    source: str
    homepage: str
    n_samples: int
    roles: tuple[str, ...]
    provides: frozenset[str]
    missing: Mapping[str, str]
    remotes: tuple[Remote, ...] = ()
    n_tracks: int = 0
    n_bytes: int = 0


@dataclass(frozen=True)
class Request:
    """What a loader is asked for.

    Attributes
    ----------
    role : str
        ``tracks``, ``emotion``, ``songs`` or ``factors``.
    options : mapping
        The dataset's block under ``datasets:`` in ``params.yaml``.
    files : mapping of str to Path
        The fetched remotes by file name.
    seed : int
        Seed of what is drawn.
    workers : int
        Processes or threads to use, at least 1.
    """

    role: str
    options: Mapping[str, Any]
    files: Mapping[str, Path] = field(default_factory=dict)
    seed: int = 0
    workers: int = 1


class Audio(Protocol):
    """Encoded audio that can be opened when its turn comes."""

    def open(self) -> Path | bytes | BinaryIO:
        """Return what `reprise.audio.decode.decode` reads.

        Raises
        ------
        reprise.audio.decode.UnreadableAudio
            If it cannot be read; it then becomes a row of the rejects.
        """
        ...


@dataclass(frozen=True)
class Encoded:
    """The bytes of an audio file."""

    data: bytes

    def open(self) -> bytes:
        """Return the bytes."""
        return self.data


@dataclass(frozen=True)
class Samples:
    """Audio that never was a file: int16 samples of one channel at 22,050 Hz, shape (n_samples,)."""

    pcm: npt.NDArray[np.int16]


@dataclass(frozen=True)
class RawTrack:
    """A track as upstream has it; ``None`` (or nothing) where upstream does not know.

    Attributes
    ----------
    source : str
        Name upstream, unique in the dataset; goes to the table of rejects and nowhere else.
    audio : Audio, Samples or None
        ``None`` in datasets without audio.
    affect : tuple of float
        Absolute (arousal, valence), in [0, 1].
    artist : str
        Any name; leaves as an opaque hash (and, as text, in the metadata table).
    official_split : str
        ``train``, ``validation`` or ``test``, where upstream prescribes one.
    crop : str
        Where the clip of a longer track is taken from: ``start`` or ``middle``.
    grid : tuple of (str, int, int)
        Where it stands in a grid of factors: the factor that is varied, its base track, and the level.
    """

    source: str
    audio: Audio | Samples | None
    genre: str | None = None
    language: str | None = None
    lyrics: str | None = None
    tags: tuple[str, ...] = ()
    artist: str | None = None
    title: str | None = None
    year: int | None = None
    factors: Mapping[str, float] | None = None
    affect: tuple[float, float] | None = None
    targets: Mapping[str, float] | None = None
    official_split: str | None = None
    crop: str = "start"
    grid: tuple[str, int, int] | None = None


@dataclass(frozen=True)
class RawPair:
    """A judgement of two tracks, by their sources; the columns of the ``pairs`` table say what the values mean."""

    triplet_id: str
    source_a: str
    source_b: str
    dimension: str
    higher_value: str
    agreement: str
    consistency: str
    votes_a: int
    votes_b: int
    votes_tie: int


@dataclass(frozen=True)
class Reject:
    """A track that is not used: where it stood, a reason of one word, and the details for a person."""

    source: str
    reason: str
    detail: str


Loader = Callable[[Request], Iterator["RawTrack | Reject"]]
PairLoader = Callable[[Request, Sequence[RawTrack]], Iterable[RawPair]]
Counter = Callable[[Request], int]
Chooser = Callable[[Mapping[str, Any]], "tuple[Remote, ...]"]
LengthChooser = Callable[[Mapping[str, Any]], int]
SkipCounter = Callable[[Request], dict[str, int]]


@dataclass(frozen=True)
class Dataset:
    """A dataset file, read."""

    name: str
    info: Info
    load: Loader
    pairs: PairLoader | None = None
    count: Counter | None = None
    remotes: Chooser | None = None
    n_samples: LengthChooser | None = None
    skipped: SkipCounter | None = None

    def clip_length(self, options: Mapping[str, Any]) -> int:
        """Return the length of every clip in samples under these options."""
        return self.n_samples(options) if self.n_samples else self.info.n_samples

    def files(self, options: Mapping[str, Any]) -> tuple[Remote, ...]:
        """Return what has to be fetched under these options."""
        return self.remotes(options) if self.remotes else self.info.remotes
