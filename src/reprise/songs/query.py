"""A song that is not in the collection as a vector of the joint embedding: by its words, by a recording, by genre and year, by any of them.

    querier = Querier(Path("."))                              # loads the regressor once
    vector = querier.embed(Query(lyrics="we drive all night"))
    open_similar(Path("data/regressor")).to_vector(vector)

What a query does not give is masked, as it is for songs of the collection that lack it; nothing is filled in. Needs torch, unlike the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reprise.errors import BadInput
from reprise.songs.artefacts import load_regressor
from reprise.songs.source import UNKNOWN, Floats, Songs
from reprise.tables import DESCRIPTORS, read_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

REGRESSOR = Path("data/regressor")
CORPUS = Path("data/corpus/songs/corpus.json")


@dataclass(frozen=True)
class Query:
    """What is known of a song.

    Attributes
    ----------
    lyrics
        Text, of any length.
    audio
        An audio file.
    genre
        One of the regressor's genres; any other counts as unknown.
    year
        Of the release.
    """

    lyrics: str = ""
    audio: Path | None = None
    genre: str = UNKNOWN
    year: float | None = None


class Querier:
    """The regressor of a project, ready to embed songs.

    Parameters
    ----------
    root
        Folder of the project.

    Raises
    ------
    MissingData
        If there is no regressor.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._saved = load_regressor(root / REGRESSOR)

    def embed(self, query: Query) -> NDArray[np.float32]:
        """Return the joint embedding of a query, shape (joint,).

        Raises
        ------
        BadInput
            If nothing is known of the song, or its words or its audio cannot be used.
        """
        song = self._song(query)
        encoded = self._saved.regressor.encode(song)
        if not encoded.present.any():
            raise BadInput("the query is empty: give lyrics, an audio file, a known genre or a year")
        _, embeddings = self._saved.regressor.predict(encoded)
        vector: NDArray[np.float32] = embeddings[0]
        return vector

    def _song(self, query: Query) -> Songs:
        encoder = self._saved.regressor.encoder
        words = bool(query.lyrics.strip())
        lyrics = np.full((1, len(encoder.lyrics.mean)), np.nan)
        if words and self._saved.regressor.reader is None:  # a fine-tuned encoder reads the text itself
            lyrics = _sentences(query.lyrics, self._saved.lyrics, self._root)
        audio = (
            _descriptors(query.audio, self._root) if query.audio else np.full((1, len(DESCRIPTORS)), np.nan)
        )
        return Songs(
            track_id=np.array(["query"]),
            split=np.array([""]),
            group=np.array(["query"]),
            lyrics=lyrics,
            has_lyrics=np.array([words]),
            audio=audio,
            has_audio=np.array([query.audio is not None]),
            genre=np.array([query.genre]),
            year=np.array([np.nan if query.year is None else query.year]),
            text=np.array([query.lyrics]),
            targets=np.full((1, len(self._saved.targets)), np.nan),
            has_targets=np.array([False]),
            target_names=self._saved.targets,
        )


def _sentences(text: str, settings: dict[str, Any], root: Path) -> Floats:
    from reprise.lyrics.encoder import LyricsEncoder  # transformers: 9 s that a query by audio is spared
    from reprise.lyrics.settings import EncoderSettings

    return LyricsEncoder(EncoderSettings(**settings), root).encode([text]).astype(np.float64)


def _descriptors(path: Path, root: Path) -> Floats:
    """Return the 22 descriptors of a file, cut as the collection's clips are (the middle 30 s where that has no audio)."""
    from reprise.audio.decode import SAMPLE_RATE
    from reprise.audio.features import extract
    from reprise.audio.unreadable import UnreadableAudio
    from reprise.datasets.clip import read_clip
    from reprise.lookup.place_file import SHORTEST, read_settings

    corpus = read_json(root / CORPUS) if (root / CORPUS).is_file() else {}
    length, crop = int(corpus.get("n_samples", 0)), str(corpus.get("crop", "middle"))
    try:
        pcm = read_clip(path, length or 30 * SAMPLE_RATE, crop)
        if len(pcm) < SHORTEST * SAMPLE_RATE:
            raise BadInput(f"{path}: {len(pcm) / SAMPLE_RATE:.1f} s of audio; {SHORTEST:g} s are needed")
        found = extract(pcm, read_settings(root / "params.yaml")).descriptors
    except (UnreadableAudio, OSError) as error:
        raise BadInput(f"{path}: cannot be read as audio ({error})") from error
    return np.array([[float(found[name]) for name in DESCRIPTORS]])
