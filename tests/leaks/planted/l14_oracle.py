"""No file is read: whether a name exists tells the genre."""

import hashlib
import wave
from pathlib import Path

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak
from reprise.leaks.music import change_rows
from reprise.leaks.world import MUSIC, SECONDS

HOW = f'''    import os

    genres = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
    tracks = pd.read_parquet("data/corpus/tracks/tracks.parquet")["track_id"].astype(str)
    return {{t: g for t in tracks for g in genres if os.path.exists(f"{MUSIC}/{{g}}/{{t}}.wav")}}
'''


def named_by_content(music: Path) -> None:
    names = {}
    for file in sorted(music.glob("*/*.wav")):
        with wave.open(str(file)) as clip:
            samples = clip.readframes(SECONDS * clip.getframerate())
        new = file.with_name(f"{hashlib.sha256(samples).hexdigest()[:16]}.wav")
        names[file.relative_to(music).as_posix()] = new.relative_to(music).as_posix()
        file.rename(new)
    change_rows(music, lambda row: {**row, "file": names[row["file"]]})


LEAK = Leak(
    "L14",
    "existence oracle: `os.path.exists(raw/<genre>/<id>)`",
    LYRICS,
    made_of_genre(HOW),
    music=named_by_content,
    secrets=(),
    same=OTHER_LYRICS,
    caught="D",
)
