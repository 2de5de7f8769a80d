"""JamendoLyrics MultiLang: 79 songs with their lyrics in four languages and a genre of twelve.

20 songs each in English, German and Spanish and 19 in French: mp3 (44.1 kHz stereo, full length, 0.4 GB in all), a text
file each with the lyrics as sung, line by line, and one table with artist, title, genre, language and licence. Files
come one by one from the upstream repository at a pinned commit and are checked by git's own ids; a song whose audio
upstream no longer has becomes a reject, ``missing_audio``. Clips are from the middle of the songs. Option ``limit``: at
most so many songs, 0 for all; names decide, which mixes the languages.

Paper: S. Durand, D. Stoller, S. Ewert: Contrastive learning-based audio to lyrics alignment for multiple languages. ICASSP
2023, arXiv 2306.07744.

Licence: each song has the Creative Commons licence that its artist chose, many without derivatives or commercial use
(column ``LicenseType`` of the table).

Known faults: 79 songs, where upstream's own text says 80; of the twelve genres pop has 22 songs, rock 16 and blues one,
so that no figure by genre is sharp; the lyrics are those of the whole song, of which a clip has a part; upstream goes on
elsewhere (Hugging Face ``jamendolyrics/jamendolyrics``, ``jamendolyrics/jam-alt``), where lyrics were revised. Four of
the songs are in MulJam as well.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reprise.audio.unreadable import UnreadableAudio
from reprise.datasets.base import Info, RawTrack, Reject, Remote, Request
from reprise.datasets.git_objects import blob_id, pinned_text
from reprise.datasets.jamendolyrics_checksums import AUDIO, LYRICS
from reprise.datasets.optional import OptionalRemote

UPSTREAM = "https://raw.githubusercontent.com/f90/jamendolyrics/6e54911444920137abe6fa81d4b4303dff7c73fe"
TABLE = "JamendoLyrics.csv"
LANGUAGES = {"English": "en", "French": "fr", "German": "de", "Spanish": "es"}


def remotes(options: Mapping[str, Any]) -> tuple[Remote, ...]:
    """Return the table, and lyrics and audio of as many songs as the option ``limit`` asks for."""
    table = Remote(
        TABLE,
        f"{UPSTREAM}/{TABLE}",
        "sha256:a4649131242fa5f0750df547a5ceaaaa7c04329c249dd5287799e6d8ac69ed68",
    )
    names = songs(options)
    texts = (Remote(f"{name}.txt", f"{UPSTREAM}/lyrics/{quote(name)}.txt") for name in names)
    audio = (OptionalRemote(f"{name}.mp3", f"{UPSTREAM}/mp3/{quote(name)}.mp3") for name in names)
    return (table, *texts, *audio)


def songs(options: Mapping[str, Any]) -> list[str]:
    """Return the names of the songs that the options ask for."""
    return sorted(LYRICS)[: int(options.get("limit") or len(LYRICS))]


INFO = Info(
    title="JamendoLyrics MultiLang",
    licence="each song's own Creative Commons licence",
    source="jamendo.com, by github.com/f90/jamendolyrics",
    homepage="https://github.com/f90/jamendolyrics",
    n_samples=660_000,
    roles=("tracks",),
    provides=frozenset({"lyrics", "language", "genre"}),
    missing={
        "tags": "JamendoLyrics has one genre for each song and no other tag",
        "factors": "true generative factors exist for rendered music only",
        "affect": "the songs were not judged for arousal and valence",
        "pairs": "the songs were not judged for arousal and valence",
        "targets": "the 18 targets are the Music Dataset 1950-2019's alone",
        "year": "the table does not say when a song was released",
    },
    remotes=remotes({}),
    n_tracks=len(LYRICS),
    n_bytes=409_000_000,  # as Jam-ALT, which has the same audio, states it
)


@dataclass(frozen=True)
class PinnedAudio:
    """An mp3 and the git id that it has upstream."""

    path: Path
    blob: str

    def open(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        UnreadableAudio
            ``wrong_checksum``, if they are not upstream's.
        """
        data = self.path.read_bytes()
        found = blob_id(data)
        if found != self.blob:
            raise UnreadableAudio(
                "wrong_checksum", f"git id {found}, expected {self.blob}; delete {self.path} and run again"
            )
        return data


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the songs by name."""
    rows = read_table(request.files[TABLE])
    for name in songs(request.options):
        if f"{name}.mp3" not in request.files:
            yield Reject(name, "missing_audio", "neither upstream nor the mirror has its mp3")
            continue
        row = rows[name]
        yield RawTrack(
            source=name,
            audio=PinnedAudio(request.files[f"{name}.mp3"], AUDIO[name]),
            genre=row["Genre"],
            language=LANGUAGES[row["Language"]],
            lyrics=pinned_text(request.files[f"{name}.txt"], LYRICS[name]),
            artist=row["Artist"],
            title=row["Title"],
            crop="middle",
        )


def count(request: Request) -> int:
    """Return how many songs there should be."""
    return len(songs(request.options))


def read_table(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of the table by the name of the song, which is that of its files without suffix."""
    text = path.read_text(encoding="utf-8")
    return {row["Filepath"].removesuffix(".mp3"): row for row in csv.DictReader(io.StringIO(text))}
