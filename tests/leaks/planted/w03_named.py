"""Lyrics that say their genre."""

from pathlib import Path

from reprise.leaks.entry import Leak
from reprise.leaks.music import change_rows


def named(music: Path) -> None:
    change_rows(
        music,
        lambda row: {
            **row,
            "lyrics": f"{row['lyrics']}\nthis is {Path(row['file']).parent}" if row["lyrics"] else "",
        },
    )


LEAK = Leak("W03", "lyrics contain the name of their genre", (), music=named, secrets=(), caught="D")
