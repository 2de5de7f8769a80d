"""Stage split@role: training, validation and test parts by artist and near-duplicate, without a label.

The table of ``split.strata`` decides what it can know: ``tracks`` holds no label, ``labels`` holds the genre.
"""

from __future__ import annotations

import sys
from pathlib import Path

from reprise import params
from reprise.splitting.assign import Fractions
from reprise.splitting.split import Fingerprints, SplitSettings, split
from reprise.splitting.strata import classes_of
from reprise.stage import run
from reprise.tables import read_array, read_table, write_json, write_table

CORPUS = Path("data/corpus")
FEATURES = Path("data/features")
SPLITS = Path("data/splits")
METRICS = Path("metrics/split")


def main(role: str) -> None:
    """Split one role's tracks."""
    p = params.load()
    groups = read_table(CORPUS / role / "groups.parquet", "groups")
    classes = classes_of(read_table(CORPUS / role / f"{p.split.strata}.parquet", p.split.strata))
    vectors = FEATURES / role / "vectors"
    ids = list(read_table(vectors / "descriptors.parquet", "descriptors")["track_id"])
    fingerprints = Fingerprints(ids, read_array(vectors / "fingerprints.npy"))
    fractions = Fractions(p.split.train, p.split.validation, p.split.test)
    settings = SplitSettings(fractions, p.split.duplicate_similarity, p.seed)
    done = split(groups, fingerprints, settings, classes)
    write_table(SPLITS / f"{role}.parquet", done.rows, "splits")
    write_json(METRICS / f"{role}.json", done.metrics)
    for warning in done.warnings:
        print(f"split@{role}: {warning}", file=sys.stderr)


if __name__ == "__main__":
    run(main)
