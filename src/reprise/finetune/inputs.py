"""Reading what the stages of this package need: spectrograms, splits, tags, acoustic labels; checked at the door."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.finetune.crops import check_mel
from reprise.finetune.labelled import Labelled
from reprise.tables import read_array, read_json, read_table


@dataclass(frozen=True)
class Spectrograms:
    """Spectrograms of a corpus in row order.

    Attributes
    ----------
    track_ids
        One id per row, ascending.
    mel
        Memory map of log-mel spectrograms in dB, shape (tracks, bands, frames), float16.
    """

    track_ids: pd.Series[str]
    mel: NDArray[Any]

    def rows_of(self, track_ids: pd.Series[str]) -> NDArray[np.int64]:
        """Return the row of each id.

        Raises
        ------
        BadInput
            If a track has no spectrogram.
        """
        rows = pd.Index(self.track_ids).get_indexer(pd.Index(track_ids))
        if (rows < 0).any():
            raise BadInput(
                f"track {track_ids.iloc[int(np.argmin(rows))]} has no row in frames/tracks.parquet; run the features stage"
            )
        found: NDArray[np.int64] = rows.astype(np.int64)
        return found


def read_spectrograms(folder: str | Path) -> Spectrograms:
    """Read ``frames/mel.npy`` and the ids of its rows.

    Raises
    ------
    BadInput
        If they do not belong together.
    """
    mel = read_array(Path(folder) / "mel.npy")
    track_ids = read_table(Path(folder) / "tracks.parquet", "frames")["track_id"].astype(str)
    check_mel(mel, str(Path(folder) / "mel.npy"))
    if len(mel) != len(track_ids):
        raise BadInput(f"{folder}: mel.npy has {len(mel)} rows, tracks.parquet {len(track_ids)}")
    return Spectrograms(track_ids, mel)


def read_splits(path: str | Path, track_ids: pd.Series[str]) -> pd.DataFrame:
    """Return columns split and group_id, one row per track in the given order ("" for a track without a split)."""
    splits = read_table(path, "splits").set_index("track_id")[["split", "group_id"]]
    return splits.reindex(track_ids).fillna("").reset_index(drop=True)


def read_labelled(
    spectrograms: Spectrograms, splits: str | Path, table: str | Path, indices: str | Path
) -> Labelled:
    """Read splits and acoustic labels of the tracks.

    Parameters
    ----------
    spectrograms
        Result of `read_spectrograms`.
    splits
        ``data/splits/tracks.parquet``.
    table
        CSV with columns track_id and new_acoustic_label; a track may be missing.
    indices
        JSON, label to class index.

    Raises
    ------
    BadInput
        If a label has no index, or the indices are not 0 … n - 1.
    """
    label_to_idx: dict[str, int] = read_json(indices)
    if sorted(label_to_idx.values()) != list(range(len(label_to_idx))):
        raise BadInput(f"{indices}: the indices must be 0 to {len(label_to_idx) - 1}, each once")
    labels = pd.read_csv(table, dtype=str).set_index("track_id")["new_acoustic_label"]
    unknown = sorted(set(labels) - set(label_to_idx))
    if unknown:
        raise BadInput(f"{table}: label '{unknown[0]}' is not in {indices}")
    parts = read_splits(splits, spectrograms.track_ids)
    return Labelled(
        mel=spectrograms.mel,
        classes=labels.map(label_to_idx).reindex(spectrograms.track_ids).fillna(-1).to_numpy(dtype=np.int64),
        labels=sorted(label_to_idx, key=lambda name: label_to_idx[name]),
        split=parts["split"].to_numpy(dtype=np.str_),
        groups=parts["group_id"].to_numpy(dtype=np.str_),
    )
