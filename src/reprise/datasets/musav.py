"""MusAV: 2,092 previews of 30 s, judged in pairs for arousal and valence by three people each.

Spotify previews of 1,404 genres (mp3, 44.1 kHz, as a rule 29.71 s; clips have 29 s) in 699 triplets that share no
track: 2,085 pairs, each judged by three of 20 annotators for each dimension. The annotations (4 MB of JSON lines) are
fetched. **The audio is not: it is given on request** for research (Zenodo 7448344, ``audio_chunks``, 764 MB). Unpack it
anywhere and say so in option ``path``: the folder that holds ``3k/3kzwNqwHhc5AqaO0Sm4bxm.mp3`` at any depth
(``audio_chunks/audio.000/3k/…`` as upstream packs it). A track that is not there becomes a reject, ``missing_audio``,
and the pairs that name it are dropped and counted.

Paper: D. Bogdanov, X. Lizarraga-Seijas, P. Alonso-Jiménez, X. Serra: MusAV: a dataset of relative arousal-valence
annotations for validation of audio models. ISMIR 2022.

Licence: annotations CC BY-NC-SA 4.0; previews for non-commercial research only, given on request, not redistributed.

Known faults: ``higher_value`` is filled even where the annotators disagree, so pairs must be chosen by ``agreement``
(`reprise.emotion.musav`); 95 of 12,510 votes are blank, so votes may add up to fewer than three, and a pair with a blank
vote counts as a disagreement; 7 triplets are not whole, and a triplet with a disagreement is ``incomplete``. Triplets
share no track, so values of single tracks cannot be recovered from the pairs alone. 8 of the 2,100 previews that Zenodo
holds are in no pair and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from reprise.datasets.base import Info, RawPair, RawTrack, Reject, Remote, Request
from reprise.datasets.musav_annotations import read_genres, read_pairs
from reprise.errors import MissingData

DATA = "https://raw.githubusercontent.com/MTG/musav-dataset/09139aec8f0fca457e107c076cb91e05df8d6c71/data"
REQUEST_FROM = "https://zenodo.org/records/7448344"
GENRES = "genres.chunk_000-006.jsonl"
SHA256 = {
    "annotations/annotations.arousal.all": "8147f671ad0cb66040c271ed61163c78488e8375dc8464ea081795acf6e8435a",
    "annotations/annotations.arousal.all.agreement": "80daaf2b47856502377f173ecdcdfc65080a505a06b9131e499f5c475dc1f80d",
    "annotations/annotations.arousal.all.agreement.gt": "8da7cd9908c59e5fc69e069736cbe3c7c03d97c2e314276abd160ec7cd735228",
    "annotations/annotations.valence.all": "040e733470744bf1c83bd0503dc071db7bab696302a0a32d6b23001ed1f99ced",
    "annotations/annotations.valence.all.agreement": "fbb6d01d00ead880d8ebabd387f5ba81adb36e582419829dbe71df46724c3a67",
    "annotations/annotations.valence.all.agreement.gt": "939227524572893760605e192c99d89bd813f0c37c804ac04a41f15c41e3e04b",
    GENRES: "51d6e6da86338361476afa3fc5575c2bb50367dbf5738a23c5eac9100d8bb2de",
}

INFO = Info(
    title="MusAV",
    licence="annotations CC BY-NC-SA 4.0; audio for research, on request",
    source="github.com/MTG/musav-dataset; previews by Spotify, the user's own copy of Zenodo 7448344",
    homepage="https://mtg.github.io/musav-dataset",
    n_samples=639_450,
    roles=("emotion",),
    provides=frozenset({"tags", "pairs"}),
    missing={
        "lyrics": "MusAV has excerpts of 30 s without words or titles",
        "language": "MusAV does not say what is sung, or in which language",
        "genre": "its 1,404 Spotify genres have six tracks each at most; they are given as tags",
        "factors": "true generative factors exist for rendered music only",
        "affect": "people compared two tracks at a time; nobody gave a track a value",
        "targets": "the 18 targets belong to songs with lyrics",
        "year": "MusAV's metadata comes with the audio, on request, and is not read",
    },
    remotes=tuple(
        Remote(PurePosixPath(path).name, f"{DATA}/{path}", f"sha256:{digest}")
        for path, digest in SHA256.items()
    ),
    n_tracks=2_092,
    n_bytes=4_210_742,
)


@dataclass(frozen=True)
class Preview:
    """A file of the user's own copy."""

    path: Path

    def open(self) -> Path:
        """Return where it is."""
        return self.path


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the tracks of the judged pairs, by their id."""
    previews = find_previews(request.options.get("path"))
    genres = read_genres(request.files[GENRES])
    songs = _judged(request)
    if not previews.keys() & set(songs):
        raise MissingData(
            f"musav: the folder '{request.options['path']}' holds none of MusAV's {len(songs)} tracks (such as "
            f"{_upstream_name(songs[0])}, at any depth); {_how_to_get_it()}"
        )
    for song in songs:
        if song in previews:
            yield RawTrack(source=song, audio=Preview(previews[song]), tags=genres.get(song, ()))
        else:
            yield Reject(song, "missing_audio", f"the copy of the audio lacks {_upstream_name(song)}")


def count(request: Request) -> int:
    """Return how many tracks were judged."""
    return len(_judged(request))


def pairs(request: Request, tracks: Sequence[RawTrack]) -> Iterator[RawPair]:  # noqa: ARG001
    """Iterate over all judgements; those of tracks without audio are dropped, and counted, where they are taken in."""
    yield from read_pairs(request.files)


def find_previews(path: Any) -> dict[str, Path]:
    """Return the mp3 files of a copy of ``audio_chunks`` by song id.

    Parameters
    ----------
    path : str or None
        The option ``path``.

    Raises
    ------
    MissingData
        If it is not given or no folder; says how to get the audio.
    """
    if not path:
        raise MissingData(f"musav: datasets.musav.path is empty; {_how_to_get_it()}")
    folder = Path(path)
    if not folder.is_dir():
        raise MissingData(f"musav: datasets.musav.path = '{path}' is no folder; {_how_to_get_it()}")
    return {file.stem: file for file in sorted(folder.rglob("*.mp3"))}


def _judged(request: Request) -> list[str]:
    found = read_pairs(request.files)
    return sorted({song for pair in found for song in (pair.source_a, pair.source_b)})


def _upstream_name(song: str) -> str:
    return f"{song[:2]}/{song}.mp3"


def _how_to_get_it() -> str:
    return (
        f"MusAV's previews are given on request, for research: ask at {REQUEST_FROM}, unpack audio_chunks and put its "
        f"folder into datasets.musav.path; or use emotion_dataset=synthetic"
    )
