"""Stage lyrics@role: sentence embeddings of the lyrics, in track order and without a label."""

from __future__ import annotations

from pathlib import Path

from reprise import params
from reprise.lyrics.embed import embed, with_words
from reprise.lyrics.settings import EncoderSettings
from reprise.stage import run
from reprise.tables import read_json, read_table, write_array, write_json, write_table

CORPUS = Path("data/corpus")
LYRICS = Path("data/lyrics")
METRICS = Path("metrics/lyrics")


def main(role: str) -> None:
    """Embed one role's lyrics."""
    p = params.load().lyrics
    corpus = read_json(CORPUS / role / "corpus.json")
    tracks = read_table(CORPUS / role / "tracks.parquet", "tracks")
    lyrics = with_words(read_table(CORPUS / role / "lyrics.parquet", "lyrics"), tracks["track_id"])
    settings = EncoderSettings(p.model, p.max_tokens, p.batch_size)
    embeddings, metrics = embed(lyrics, len(tracks), corpus["missing"].get("lyrics", ""), settings)
    write_array(LYRICS / role / "embeddings.npy", embeddings)
    write_table(LYRICS / role / "tracks.parquet", lyrics[["track_id"]])
    write_json(METRICS / f"{role}.json", metrics)


if __name__ == "__main__":
    run(main)
