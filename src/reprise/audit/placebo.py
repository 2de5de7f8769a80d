"""The placebo: each track is given the sound or the words of another one, under its own name, and the stage's function is run again.

What the function makes of them must be what it made for their owner: to the rounding of another processor, row by row. Then a row follows from the raw input alone, and
nothing that hangs on a track's name (a label looked up, a row number, a seed) can be in it. The audit asks the same in two ways: are the rows equal to
their owner's, and does any trace of the *receiver's* label remain in them (see `reprise.audit.checks.placebo`)?

One track of each artist takes part, so tracks are independent and the permutation of owners is the randomness that the audit's test repeats: its null
is exact. No label is within reach of this stage.

What is run again: `extract_collection` on files that carry the receiver's name and the owner's samples, and `embed` on a table with the receiver's
name and the owner's text. Texts are encoded one by one, so that a subset gives the rows that all texts give.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.audio.extract import Job, extract_collection
from reprise.audit.differences import difference
from reprise.audit.placebo_store import Placebo
from reprise.lyrics.embed import embed, with_words
from reprise.lyrics.settings import EncoderSettings
from reprise.tables import read_array, read_json, read_table

Strings = NDArray[np.str_]
Arrays = dict[str, NDArray[Any]]

ARRAYS = ("frames/mel", "frames/mfcc", "vectors/fingerprints", "segments/segments")
TABLES = ("vectors/descriptors", "vectors/pooled")
LEAST = 8
"""Fewer tracks leave a permutation test without power."""


@dataclass(frozen=True)
class Exchange:
    """Who received whose input.

    Attributes
    ----------
    receivers, owners
        Shape (n,), each track once in both: ``receivers`` in ascending order.
    """

    receivers: Strings
    owners: Strings


@dataclass(frozen=True)
class Rerun:
    """What came of one modality.

    Attributes
    ----------
    exchange
        Who received whose input.
    made
        Representation to rows, in the order of the receivers.
    expected
        Representation to the rows that the stage once wrote for the owners.
    """

    exchange: Exchange
    made: Arrays
    expected: Arrays


def draw(
    track_ids: Strings, artists: dict[str, str], count: int, rng: np.random.Generator
) -> Exchange | None:
    """Choose one track of each of at most ``count`` artists, and permute them; ``None`` if there are too few.

    Parameters
    ----------
    track_ids
        Tracks that have the input.
    artists
        Artist of each track; a track without one stands for itself.
    count
        Number of tracks wanted.
    rng
        Chooses and permutes.
    """
    shuffled = rng.permutation(np.sort(track_ids))
    first = {artists.get(track) or track: track for track in shuffled[::-1]}
    chosen = np.sort(np.array(list(first.values())[::-1], dtype=str)[:count])
    if len(chosen) < LEAST:
        return None
    return Exchange(chosen, rng.permutation(chosen))


def rerun_audio(audio: Path, features: Path, exchange: Exchange, job: Job) -> Rerun:
    """Extract features of exchanged sounds.

    Parameters
    ----------
    audio
        Folder of the clips.
    features
        What the stage wrote: ``frames`` and ``vectors``.
    exchange
        Who receives whose sound.
    job
        Settings of the stage.
    """
    with tempfile.TemporaryDirectory() as scratch:
        clips, made = Path(scratch) / "audio", Path(scratch) / "features"
        clips.mkdir()
        for receiver, owner in zip(exchange.receivers, exchange.owners, strict=True):
            (clips / f"{receiver}.wav").symlink_to((audio / f"{owner}.wav").resolve())
        tracks = read_table(audio.parent / "tracks.parquet", "tracks").set_index("track_id")
        given = tracks.loc[exchange.owners].assign(track_id=exchange.receivers).reset_index(drop=True)
        extract_collection(clips, given, made, job)
        return Rerun(exchange, _features(made, exchange.receivers), _features(features, exchange.owners))


def rerun_lyrics(lyrics: pd.DataFrame, written: Path, exchange: Exchange, settings: EncoderSettings) -> Rerun:
    """Embed exchanged words.

    Parameters
    ----------
    lyrics
        ``track_id``, ``text``.
    written
        What the stage wrote: embeddings and their tracks.
    exchange
        Who receives whose words.
    settings
        Settings of the stage.
    """
    texts = lyrics.set_index("track_id")["text"].reindex(exchange.owners).to_numpy()
    given = with_words(
        pd.DataFrame({"track_id": exchange.receivers, "text": texts}), pd.Series(exchange.receivers)
    )
    made, _ = embed(given, len(given), "", settings)
    rows = _rows(read_table(written / "tracks.parquet"), exchange.owners)
    stored = np.asarray(read_array(written / "embeddings.npy"))[rows]
    return Rerun(exchange, {"embeddings": made}, {"embeddings": stored})


def _features(folder: Path, tracks: Strings) -> Arrays:
    """Read the rows of the given tracks from what the features stage writes."""
    found: Arrays = {}
    for name in TABLES:
        table = read_table(folder / f"{name}.parquet")
        rows = _rows(table, tracks)
        found[name.rsplit("/", 1)[-1]] = table.drop(columns="track_id").to_numpy(dtype=np.float64)[rows]
    for name in ARRAYS:
        if not (folder / f"{name}.npy").exists():
            continue
        values = read_array(folder / f"{name}.npy")
        found[name.rsplit("/", 1)[-1]] = np.stack([np.asarray(values[row]) for row in rows])
    return found


def _rows(table: pd.DataFrame, tracks: Strings) -> NDArray[np.intp]:
    position = pd.Index(table["track_id"].astype(str)).get_indexer(pd.Index(tracks))
    return np.asarray(position, dtype=np.intp)


def run_placebo(data: Path, job: Job, encoder: EncoderSettings, plan: tuple[int, int]) -> dict[str, Placebo]:
    """Run the placebo of both modalities.

    Parameters
    ----------
    data
        Folder of artefacts.
    job, encoder
        Settings of the two stages.
    plan
        Number of tracks, and seed.

    Returns
    -------
    dict
        ``audio`` and ``lyrics``; one that the dataset does not have says why.
    """
    count, seed = plan
    corpus, features, written = data / "corpus/tracks", data / "features/tracks", data / "lyrics/tracks"
    artists = _artists(corpus / "groups.parquet")
    heard = _ids(features / "vectors/descriptors.parquet")
    worded = _ids(written / "tracks.parquet")
    by_sound = draw(heard, artists, count, np.random.default_rng([seed, 1]))
    by_words = draw(worded, artists, count, np.random.default_rng([seed, 2]))
    found = {
        "audio": _absent("audio", "features", f"{len(heard)} tracks with sound of too few artists"),
        "lyrics": _absent("lyrics", "lyrics", _why_no_lyrics(corpus, len(worded))),
    }
    if by_sound is not None:
        run = rerun_audio(corpus / "audio", features, by_sound, job)
        found["audio"] = _outcome("audio", "features", run, ("descriptors", "pooled"))
    if by_words is not None:
        run = rerun_lyrics(read_table(corpus / "lyrics.parquet", "lyrics"), written, by_words, encoder)
        found["lyrics"] = _outcome("lyrics", "lyrics", run, ("embeddings",))
    return found


def _outcome(modality: str, stage: str, run: Rerun, probed: tuple[str, ...]) -> Placebo:
    names = sorted(run.made.keys() | run.expected.keys())
    nothing = np.zeros((len(run.exchange.receivers), 0))
    differences = {
        name: difference(run.made.get(name, nothing), run.expected.get(name, nothing)) for name in names
    }
    rows = np.concatenate([run.made[name] for name in probed], axis=1).astype(np.float64)
    return Placebo(modality, stage, run.exchange.receivers, rows, differences)


def _absent(modality: str, stage: str, why: str) -> Placebo:
    return Placebo(modality, stage, np.zeros(0, dtype=str), np.zeros((0, 0)), {}, why)


def _why_no_lyrics(corpus: Path, worded: int) -> str:
    missing = read_json(corpus / "corpus.json")["missing"]
    return str(missing.get("lyrics", f"{worded} tracks with lyrics of too few artists"))


def _ids(table: Path) -> Strings:
    ids: Strings = read_table(table)["track_id"].to_numpy(dtype=str)
    return ids


def _artists(path: Path) -> dict[str, str]:
    groups = read_table(path, "groups").dropna(subset=["artist_id"])
    return dict(zip(groups["track_id"].astype(str), groups["artist_id"].astype(str), strict=True))
