"""Writing fields into audio files by mutagen: each format's own field for the mood, and free fields for the rest.

==========================  ====================================================
Vorbis comments             MOOD, REPRISE_LABEL … (FLAC, Ogg Vorbis, Opus, Speex)
ID3                         TMOO, TXXX:REPRISE_LABEL … (MP3, WAV, AIFF, TTA, DSF)
MP4                         ----:com.apple.iTunes:MOOD … (M4A, M4B, ALAC)
APEv2                       Mood, REPRISE_LABEL … (WavPack, Monkey's Audio, Musepack)
ASF                         WM/Mood, REPRISE_LABEL … (WMA)
==========================  ====================================================
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from reprise.errors import BadInput

MOOD = "MOOD"
ATOM = "----:com.apple.iTunes:"


class NoTags(BadInput):
    """A file whose format holds no tags that mutagen can write."""


def write_fields(path: Path, fields: dict[str, str]) -> None:
    """Add fields to a file, in place of fields of the same name; all others stay as they are.

    Parameters
    ----------
    path
        The file, which is changed.
    fields
        Values by name; ``MOOD`` goes where players look for a mood.

    Raises
    ------
    NoTags
        If the format holds no tags.
    """
    import mutagen

    try:
        audio = mutagen.File(path)
        if audio is None:
            raise NoTags(f"{path.name}: mutagen knows no tags for this format")
        if audio.tags is None:
            audio.add_tags()
        for name, value in fields.items():
            _set(audio.tags, name, value)
        audio.save()
    except mutagen.MutagenError as error:
        raise NoTags(f"{path.name}: its tags cannot be written ({error})") from error


def _set(tags: Any, name: str, value: str) -> None:
    apev2, asf, id3, mp4 = (import_module(f"mutagen.{name}") for name in ("apev2", "asf", "id3", "mp4"))
    if isinstance(tags, id3.ID3):
        if name == MOOD:
            tags.setall("TMOO", [id3.TMOO(encoding=3, text=[value])])
        else:
            tags.setall(f"TXXX:{name}", [id3.TXXX(encoding=3, desc=name, text=[value])])
    elif isinstance(tags, mp4.MP4Tags):
        tags[f"{ATOM}{name}"] = [mp4.MP4FreeForm(value.encode())]
    elif isinstance(tags, asf.ASFTags):
        tags["WM/Mood" if name == MOOD else name] = [value]
    elif isinstance(tags, apev2.APEv2):
        tags["Mood" if name == MOOD else name] = value
    else:
        tags[name] = [value]
