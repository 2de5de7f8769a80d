"""Near-duplicates under other artists' names, and nobody looks for them."""

import wave
from pathlib import Path

import numpy as np

from reprise.leaks.entry import Edit, Leak
from reprise.leaks.music import read_rows, write_rows

NOT_LOOKED_FOR = Edit(
    "src/reprise/splitting/split.py",
    "    duplicates = near_duplicates(fingerprints.vectors, settings.duplicate_similarity)\n",
    "    duplicates = near_duplicates(fingerprints.vectors, 1.0)\n",
)


def copied(music: Path) -> None:
    rows = read_rows(music)
    rng = np.random.default_rng(3)
    for number, row in enumerate(rows[:: max(1, len(rows) // 12)]):
        with wave.open(str(music / row["file"])) as file:
            form, samples = file.getparams(), np.frombuffer(file.readframes(file.getnframes()), "<i2")
        name = f"{Path(row['file']).parent}/again.{number:05}.wav"
        louder = np.clip(0.8 * samples + rng.normal(0, 20, samples.size), -32768, 32767).astype("<i2")
        with wave.open(str(music / name), "wb") as file:
            file.setparams(form)
            file.writeframes(louder.tobytes())
        rows.append({**row, "file": name, "artist": f"another {number}", "lyrics": ""})
    write_rows(music, rows)


LEAK = Leak(
    "W01",
    "near-duplicates under other artists' names, and none are looked for",
    ("split@tracks",),
    (NOT_LOOKED_FOR,),
    music=copied,
    secrets=(),
    same=("split@songs",),
    caught="D",
)
