"""Stage labels: the labels of training and validation tracks apart from those of test tracks."""

from __future__ import annotations

from pathlib import Path

from reprise.splitting.labels import divide
from reprise.stage import run
from reprise.tables import read_table, write_table

CORPUS = Path("data/corpus/tracks")
SPLITS = "data/splits/tracks.parquet"
LABELS = Path("data/labels")


def main() -> None:
    """Divide labels and tags."""
    splits = read_table(SPLITS, "splits")
    for name in ("labels", "tags"):
        table = read_table(CORPUS / f"{name}.parquet", name)
        for side, rows in divide(table, splits, f"{name}.parquet").items():
            write_table(LABELS / side / f"{name}.parquet", rows, name)


if __name__ == "__main__":
    run(main)
