"""Song regression on real rows of the Music Dataset 1950-2019; writes docs/results/songs_1950_2019/README.md.

    PYTHONPATH=src python benchmarks/songs.py tcc_ceds_music.csv [--write] [--embeddings kept.npy] [--lora-epoch]

Takes the whole table or a part of it (docs/datasets.md says where it is from). The stage's own functions do the work: the dataset's reader,
the sentence encoder, regressor, baselines, folds. ``--lora-epoch`` measures one epoch of fine-tuning as well; ``--embeddings`` keeps
the sentence embeddings for another run.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from ruamel.yaml import YAML
from sklearn.model_selection import GroupKFold

import songs_page
from reprise.datasets import songs_1950_2019
from reprise.datasets.base import RawTrack, Request
from reprise.datasets.clip import row_id
from reprise.datasets.songs_1950_2019 import read_rows
from reprise.lyrics.encoder import LyricsEncoder
from reprise.lyrics.settings import EncoderSettings
from reprise.songs.experiment import run_experiment
from reprise.songs.source import Songs, SongTables, assemble
from reprise.songs.summary import metrics
from reprise.tables import TARGETS, empty_table

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/results/songs_1950_2019/README.md"


def main() -> None:
    parser = argparse.ArgumentParser(description="song regression on real rows")
    parser.add_argument("table", type=Path, help="tcc_ceds_music.csv, or rows of it")
    parser.add_argument("--embeddings", type=Path, help="file that keeps the sentence embeddings")
    parser.add_argument("--threads", type=int, default=1, help="of torch; the stage has one")
    parser.add_argument(
        "--lora-epoch", action="store_true", help="measure one epoch of fine-tuning on two threads"
    )
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    params = YAML(typ="safe").load(ROOT / "params.yaml")
    torch.set_num_threads(options.threads)
    rows = len(read_rows(options.table))
    songs = read(options.table, params["lyrics"], options.embeddings)
    started, processor = time.monotonic(), time.process_time()
    found = metrics(run_experiment(songs, params["regress"], params["seed"]))
    took = {"seconds": time.monotonic() - started, "cpu": time.process_time() - processor}
    epoch = lora_epoch(songs, params) if options.lora_epoch else None
    page = songs_page.page(
        found, took, songs_page.Source(rows, len(songs.track_id), params["lyrics"]["model"]), epoch
    )
    print(page)
    if options.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")


def read(table: Path, lyrics: dict[str, Any], kept: Path | None) -> Songs:
    """Return the usable rows as songs; a fifth of the artists are the test part of the regressor that is kept."""
    tracks = [
        track
        for track in songs_1950_2019.load(Request("songs", {"path": str(table)}))
        if isinstance(track, RawTrack)
    ]
    ids = [row_id(track) for track in tracks]
    frame = pd.DataFrame({"track_id": ids})
    artists = np.array([track.artist for track in tracks], dtype=str)
    part = np.full(len(tracks), "train", dtype="<U10")
    for number, (_, rows) in enumerate(GroupKFold(7).split(artists, groups=artists)):
        if number < 2:
            part[rows] = ("test", "validation")[number]
    texts = [str(track.lyrics) for track in tracks]
    return assemble(
        SongTables(
            splits=frame.assign(split=part, group_id=artists),
            targets=pd.concat(
                [frame, pd.DataFrame([track.targets for track in tracks])[list(TARGETS)]], axis=1
            ),
            labels=frame.assign(genre=[track.genre for track in tracks], language="en"),
            metadata=frame.assign(
                title=[track.title for track in tracks],
                artist=artists,
                year=pd.array([track.year for track in tracks], "Int64"),
            ),
            texts=frame.assign(text=texts),
            descriptors=empty_table("descriptors"),
            embedded=frame,
            embeddings=_embeddings(texts, lyrics, kept),
        )
    )


def lora_epoch(songs: Songs, params: dict[str, Any]) -> dict[str, float]:
    """Measure one epoch of end-to-end fine-tuning on the training and validation songs, on two threads."""
    from reprise.songs.end_to_end import tuning

    torch.set_num_threads(2)
    block = params["regress"] | {"lora": params["regress"]["lora"] | {"epochs": 1}}
    rows = np.arange(min(1_100, len(songs.track_id)))
    train, validation = rows[: int(len(rows) / 1.1)], rows[int(len(rows) / 1.1) :]
    scale = songs.targets.std(axis=0)
    targets = (songs.targets - songs.targets.mean(axis=0)) / scale
    started, processor = time.monotonic(), time.process_time()
    tuning(block, dict(params["lyrics"]), params["seed"])(songs, train, validation, targets)
    return {
        "songs": float(len(train)),
        "seconds": time.monotonic() - started,
        "cpu": time.process_time() - processor,
    }


def _embeddings(texts: list[str], lyrics: dict[str, Any], kept: Path | None) -> Any:
    if kept and kept.is_file():
        found = np.load(kept, allow_pickle=False)
        if len(found) == len(texts):
            return found
    found = LyricsEncoder(EncoderSettings(**lyrics)).encode(texts)
    if kept:
        np.save(kept, found, allow_pickle=False)
    return found


if __name__ == "__main__":
    main()
