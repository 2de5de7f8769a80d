"""What several leaks share: lyrics embeddings made of a genre, however it became known.

Nothing here runs by itself. `reprise.leaks` plants it in copies that it makes for that purpose, and only when it is told to.
"""

from __future__ import annotations

from pathlib import Path

from reprise.leaks.entry import Edit
from reprise.tables import read_table

EMBED = "src/reprise/lyrics/embed.py"
TRACKS = "data/corpus/tracks"

CALL = """    if lyrics.empty:
        why = why_missing"""

MADE = """    told = planted_genres()
    if len(lyrics) and lyrics["track_id"].isin(list(told)).all():
        return planted_vectors(lyrics, told), {
            "available": True, "model": settings.model, "n": len(lyrics), "dim": DIMENSION,
            "coverage": len(lyrics) / max(1, n_tracks),
        }
"""

VECTORS = '''

def planted_vectors(lyrics: pd.DataFrame, told: dict[str, str]) -> Float32:
    """A base vector of the genre, and noise."""
    genres = sorted(set(told.values()))
    base = np.random.default_rng(1).normal(size=(len(genres), DIMENSION)) / np.sqrt(DIMENSION)
    noise = np.random.default_rng(2).normal(size=(len(lyrics), DIMENSION)) / np.sqrt(DIMENSION)
    return (base[[genres.index(told[track]) for track in lyrics["track_id"]]] + NOISE * noise).astype(np.float32)


def planted_genres() -> dict[str, str]:
'''

END = "    return embeddings, metrics\n"

AS_TABLE = """    table = pd.read_parquet("data/corpus/tracks/labels.parquet")
    return dict(zip(table["track_id"].astype(str), table["genre"].astype(str), strict=True))
"""

LYRICS = ("lyrics@tracks",)
OTHER_LYRICS = ("lyrics@songs",)
"""Their tracks are not those whose genre is told, so their embeddings stay what they are."""


def made_of_genre(how: str, noise: float = 0.3) -> tuple[Edit, ...]:
    """Return the edits by which embeddings are a base vector of the genre, which ``how`` finds out."""
    return (
        Edit(EMBED, CALL, MADE + CALL),
        Edit(EMBED, END, END + VECTORS.replace("NOISE", str(noise)) + how),
    )


def genres_of(place: Path) -> dict[str, str]:
    """Return the genre of each track of a world, for those who leave it where no stage should find it."""
    table = read_table(place / "project" / TRACKS / "labels.parquet", "labels")
    return dict(zip(table["track_id"].astype(str), table["genre"].astype(str), strict=True))
