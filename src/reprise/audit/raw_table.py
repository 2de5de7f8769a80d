"""Audit of a raw table before anything is learned from it: which columns are functions of others, and which rows repeat.

    python -m reprise.audit.raw_table songs.csv --targets dating violence … --texts lyrics

In the Music Dataset 1950-2019 it finds three columns that no model of the topics may read: ``topic`` (the name of the largest topic score), ``age`` (of the
release year) and ``len`` (the number of words of the lyrics).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reprise.audit.checks.functions import copies_of_inputs, functions_of_inputs
from reprise.audit.finding import Finding
from reprise.audit.words import plain
from reprise.errors import BadInput, RepriseError

if TYPE_CHECKING:
    import pandas as pd

STAGE = "raw table"


def audit_table(
    frame: pd.DataFrame, targets: Sequence[str], texts: Sequence[str] = (), keys: Sequence[str] = ()
) -> list[Finding]:
    """Look for columns that give targets or other columns away.

    Parameters
    ----------
    frame
        One row for each song or track.
    targets
        Columns that are to be predicted. All others count as inputs, but for ``texts`` and ``keys``.
    texts
        Columns of text: their numbers of words are looked for among the inputs, and rows with the same text are counted.
    keys
        Columns that only name a row.

    Returns
    -------
    list of Finding
        ``leak`` for a column that gives a target away, ``warn`` for one that is another input once more.

    Raises
    ------
    BadInput
        If a named column is not there.
    """
    absent = sorted({*targets, *texts, *keys} - set(frame.columns))
    if absent:
        raise BadInput(f"the table has no column '{absent[0]}'; it has {', '.join(map(str, frame.columns))}")
    inputs = frame.drop(columns=[*targets, *texts, *keys])
    found = functions_of_inputs(STAGE, inputs, frame[list(targets)])
    found += copies_of_inputs(STAGE, inputs, _texts(frame, texts))
    return [*found, *(_repeated(frame[column], column) for column in texts)]


def _texts(frame: pd.DataFrame, texts: Sequence[str]) -> list[str]:
    return frame[texts[0]].fillna("").astype(str).tolist() if len(texts) else []


def _repeated(column: pd.Series[str], name: str) -> Finding:
    """Count rows whose text another row has as well: they must not be parted by a split."""
    said = np.array([plain(text) for text in column.fillna("").astype(str)], dtype=str)
    distinct, count = np.unique(said[said != ""], return_counts=True)
    repeated = int(count[count > 1].sum())
    return Finding(
        "functions.repeated",
        name,
        STAGE,
        "warn" if repeated else "ok",
        repeated / max(len(said), 1),
        f"{repeated} of {len(said)} rows share their '{name}' with another row ({int((count > 1).sum())} of {len(distinct)} texts)",
        f"keep rows with the same '{name}' in one part of the split",
        count=repeated,
    )


def main() -> None:
    """Print what was found, the gravest first; exit with 1 if a target is given away."""
    parser = argparse.ArgumentParser(prog="reprise.audit.raw_table", description="audit a CSV file")
    parser.add_argument("table", type=Path, help="CSV file")
    parser.add_argument("--targets", nargs="+", required=True, help="columns that are to be predicted")
    parser.add_argument("--texts", nargs="*", default=[], help="columns of text, the lyrics first")
    parser.add_argument("--keys", nargs="*", default=[], help="columns that only name a row")
    options = parser.parse_args()
    import pandas as pd

    try:
        found = audit_table(pd.read_csv(options.table), options.targets, options.texts, options.keys)
    except RepriseError as error:
        sys.exit(str(error))
    for severity in ("leak", "warn", "ok", "skipped"):
        for finding in found:
            if finding.severity == severity:
                print(
                    f"{severity:7} {finding.evidence}"
                    + (f"; {finding.remedy}" if finding.remedy and severity != "ok" else "")
                )
    sys.exit(any(finding.severity == "leak" for finding in found))


if __name__ == "__main__":
    main()
