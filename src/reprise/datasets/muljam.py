"""MulJam: 6,047 songs of MTG-Jamendo with lyrics in six languages, genre, tags, artist and year.

Full songs under Creative Commons, their words transcribed by Whisper and chosen by ChatGPT (LyricWhiz): one JSON file a
song, 4 MB as one zip that GitHub packs on request, so that its folders are checked by their git ids. The audio is
MTG-Jamendo's subset ``raw_30s`` as ``audio-low`` (mono mp3, LAME V2) in 100 tar archives of about 1.6 GB, which hold
nine other songs for each of MulJam's. Option ``tars``: how many of the archives to take, 0 for all (156 GB); each gives
43 to 86 songs. Tags, artist, title and year are MTG-Jamendo's (5,978 songs have tags). A song has up to nine genres; its
label is the one that most songs have, and all of them are among its tags. Clips are from the middle of the songs.

Paper: L. Zhuo et al.: LyricWhiz: robust multilingual zero-shot lyrics transcription by whispering to ChatGPT. ISMIR
2023, arXiv 2306.17103; of the audio and the tags: D. Bogdanov et al.: The MTG-Jamendo dataset for automatic music
tagging. ICML Machine Learning for Music Discovery Workshop, 2019.

Licence: lyrics MIT (LyricWhiz); tags CC BY-NC-SA 4.0; each song has the Creative Commons licence that its artist chose.

Known faults: the lyrics are a machine's, with misheard and invented lines, and they are those of the whole song, of which
a clip has a part; 24 songs stand in both parts of version 1, 13 of them with two texts (that of ``train`` is taken); a
language is known for the songs of version 2.0, which left out some that JamendoLyrics has; genres are the uploaders'
own, and the most frequent ones (pop, rock) take in much else. Version 2.0's split is by song (57 of the 62 artists of
its test part that MTG-Jamendo's tags name are in its other parts as well), so it is not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reprise.datasets.base import Info, RawTrack, Reject, Remote, Request
from reprise.datasets.mtg_tars import tar_remotes, tar_tracks, track_number
from reprise.datasets.muljam_checksums import TAR_SHA256
from reprise.datasets.muljam_songs import (
    ARCHIVE,
    NAMES,
    TAGS,
    genre_frequency,
    main_genre,
    read_lyrics,
    read_names,
    read_tags,
    song_numbers,
)

LYRICWHIZ = "https://github.com/zhuole1025/LyricWhiz/archive/0b66527ed2f7ade13944b43364de403f8d99e638.zip"
MTG_JAMENDO = (
    "https://raw.githubusercontent.com/MTG/mtg-jamendo-dataset/1b4fa8c32e076c73b5175c1703ae805b4109309d/data"
)
SUBSET, KIND = "raw_30s", "audio-low"

TEXTS = (
    Remote(ARCHIVE, LYRICWHIZ),
    Remote(TAGS, f"{MTG_JAMENDO}/{TAGS}"),  # checked by its git id, as is the next one
    Remote(NAMES, f"{MTG_JAMENDO}/{NAMES}"),
)


def tars(options: Mapping[str, Any]) -> tuple[Remote, ...]:
    """Return the archives that the option ``tars`` asks for."""
    return tar_remotes(SUBSET, KIND, int(options.get("tars") or len(TAR_SHA256)), TAR_SHA256)


INFO = Info(
    title="MulJam",
    licence="lyrics MIT; tags CC BY-NC-SA 4.0; audio: each song's own Creative Commons licence",
    source="jamendo.com, by github.com/MTG/mtg-jamendo-dataset; lyrics of github.com/zhuole1025/LyricWhiz",
    homepage="https://github.com/zhuole1025/LyricWhiz",
    n_samples=660_000,
    roles=("tracks",),
    provides=frozenset({"lyrics", "language", "genre", "tags", "year"}),
    missing={
        "factors": "true generative factors exist for rendered music only",
        "affect": "mood tags are words, not values of arousal and valence",
        "pairs": "the songs were not judged in pairs",
        "targets": "the 18 targets are the Music Dataset 1950-2019's alone",
    },
    remotes=(*TEXTS, *tars({})),
    n_tracks=6_047,
    n_bytes=156_000_000_000,  # upstream's own figure, rounded
)


def remotes(options: Mapping[str, Any]) -> tuple[Remote, ...]:
    """Return the texts, and as many archives as the option ``tars`` asks for."""
    return (*TEXTS, *tars(options))


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the songs with lyrics archive by archive, each followed by those that it lacks."""
    lyrics, languages = read_lyrics(request.files[ARCHIVE])
    tagged, named = read_tags(request.files[TAGS]), read_names(request.files[NAMES])
    frequency = genre_frequency(lyrics, tagged)
    for number, tar in enumerate(tars(request.options)):
        left = {song for song in lyrics if song % 100 == number}
        for source, audio in tar_tracks([request.files[tar.filename]]):
            song = track_number(source)
            if song not in left:
                continue
            left.discard(song)
            tags, name = tagged.get(song), named.get(song)
            yield RawTrack(
                source=source,
                audio=audio,
                genre=main_genre(tags.genres, frequency) if tags else None,
                language=languages.get(song),
                lyrics=lyrics[song],
                tags=tags.tags if tags else (),
                artist=name.artist if name else tags.artist if tags else None,
                title=name.title if name else None,
                year=name.year if name else None,
                crop="middle",
            )
        for song in sorted(left):
            yield Reject(f"{number:02d}/{song}.low.mp3", "missing", f"{tar.filename} does not hold this song")


def count(request: Request) -> int:
    """Return how many songs with lyrics the chosen archives should hold."""
    archives = len(tars(request.options))
    return sum(song % 100 < archives for song in song_numbers(request.files[ARCHIVE]))
