"""Acoustic labels from any table of descriptors, without audio and outside the pipeline: AcousticBrainz, librosa, your own.

reprise relabel features.csv --out labels                         names from descriptors
reprise relabel features.csv --tags label --out labels            names from the column "label"
reprise relabel features.parquet --tags tags.tsv --out labels     names from a table: track_id, tag
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from reprise import tables
from reprise.errors import BadInput
from reprise.own_table import read_own_table
from reprise.relabel.acoustic import Choice, relabel
from reprise.relabel.naming import Rules
from reprise.relabel.output import Places, write
from reprise.relabel.own_names import BY_HAND, read_own_names
from reprise.schema import validate

HELD_OUT = 0.2
"""Share of the tracks, chosen by a hash of their id, that nothing is fitted on: coherence is judged there as well."""

TAG_SEPARATOR = ";"
MOSTLY = 0.75
"""Share of the rows that a column must tell apart to be the ids; rows that repeat one are rejects."""


@dataclass(frozen=True)
class Table:
    """A table of descriptors, ready for `reprise.relabel.acoustic.relabel`.

    Attributes
    ----------
    descriptors
        track_id and numeric columns.
    tags
        Columns track_id and tag; may be empty.
    rejects
        Columns source, reason, detail: rows that cannot be used.
    ignored
        Columns that are neither numbers nor id nor tags, or do not vary.
    """

    descriptors: pd.DataFrame
    tags: pd.DataFrame
    rejects: pd.DataFrame
    ignored: list[str]


def relabel_table(
    path: Path,
    out: Path,
    *,
    tags: str = "",
    ignore: str = "",
    names: Path | None = None,
    k: int = 0,
    root: Path = Path(),
) -> dict[str, int]:
    """Relabel the tracks of a table and write what the stage writes into one folder.

    Parameters
    ----------
    path
        ``.csv``, ``.tsv`` or ``.parquet``; the first column with text in every row, and each once, names the tracks.
    out
        Folder to write into.
    tags
        Name of a column of the table (several tags are separated by ``;``), or path of a table with the columns track_id and tag.
    ignore
        Names of columns that are no descriptors (a length, a year), separated by commas.
    names
        File of own names, as ``inputs/names.yaml``.
    k
        Number of clusters; 0 has it chosen.
    root
        Folder of the project, whose ``params.yaml`` has the remaining settings.

    Returns
    -------
    dict
        Tracks, rejects, descriptors, ignored columns, labels.

    Raises
    ------
    MissingData
        If there is no such file.
    BadInput
        If `k` is not possible, or a file cannot be used; see `read_descriptors`.
    BadParameter
        If ``params.yaml`` breaks a rule.
    """
    if k < 0 or k == 1:
        raise BadInput(f"--k {k}: it must be 0, which has the number of clusters chosen, or 2 or more")
    params = validate(YAML(typ="safe").load(root / "params.yaml"))
    settings, seed = params.relabel, params.seed
    table = read_descriptors(path, tags, ignore)
    rules = Rules(settings.min_share, settings.fdr, settings.theme)
    result = relabel(
        table.descriptors,
        hashed_split(table.descriptors["track_id"]),
        table.tags,
        Choice(k, settings.k_min, settings.k_max),
        rules,
        own_names=read_own_names(names) if names else {},
        names_file=names or BY_HAND,
        seed=seed,
    )
    write(result, rules, Places(out, out / "plots", out / "relabel.json"), fixed=k > 0, seed=seed)
    tables.write_csv(out / "rejects.csv", table.rejects)
    return {
        "tracks": len(table.descriptors),
        "rejects": len(table.rejects),
        "descriptors": table.descriptors.shape[1] - 1,
        "ignored columns": len(table.ignored),
        "labels": len(result.label_to_idx),
    }


def read_descriptors(path: Path, tags: str = "", ignore: str = "") -> Table:
    """Read a table of descriptors.

    A row without an id, with the id of an earlier one, or with a value that is not finite becomes a reject; the others stay.

    Raises
    ------
    MissingData
        If there is no such file.
    BadInput
        If its form is not known, or it has no ids or fewer than two descriptors that vary.
    """
    raw = read_own_table(path)
    unwanted = [name for name in ignore.split(",") if name]
    missing = [name for name in unwanted if name not in raw.columns]
    if missing:
        raise BadInput(
            f"{path} has no column '{missing[0]}' to ignore; it has {', '.join(map(str, raw.columns))}"
        )
    raw = raw.drop(columns=unwanted)
    key = _key(raw, path)
    given = tags if tags in raw.columns else ""
    numeric = [c for c in raw.columns if c not in (key, given) and pd.api.types.is_numeric_dtype(raw[c])]
    values = raw[numeric].astype(np.float64)
    finite = np.isfinite(values.to_numpy())
    ids = raw[key].astype("string")
    faults = {
        "no_id": ids.isna().to_numpy(),
        "repeated": ids.duplicated().to_numpy(),
        "not_finite": ~finite.all(axis=1),
    }
    reason = np.select(list(faults.values()), list(faults), "")
    worst = [key if row.all() else numeric[int(np.argmin(row))] for row in finite]
    bad = reason != ""
    rejects = pd.DataFrame(
        {"source": ids.fillna("").to_numpy()[bad], "reason": reason[bad], "detail": np.array(worst)[bad]}
    )
    kept = values[~bad]
    varying = [column for column in numeric if kept[column].nunique() > 1]
    if len(varying) < 2:
        raise BadInput(
            f"{path}: {len(varying)} column(s) of numbers that vary{f' ({varying[0]})' if varying else ''}, two are needed; "
            "a table of descriptors has one for each descriptor"
        )
    descriptors = kept[varying].reset_index(drop=True)
    descriptors.insert(0, "track_id", ids.to_numpy()[~bad].astype(str))
    ignored = [str(column) for column in raw.columns if column not in (key, given, *varying)]
    found = _column_tags(raw, key, given) if given else _table_tags(tags, raw, path)
    return Table(descriptors, found, rejects, ignored)


def hashed_split(track_ids: pd.Series[str]) -> pd.DataFrame:
    """Return the split of each track, "train" or "test", by a hash of its id: columns track_id, split."""
    shares = [int(hashlib.sha256(track.encode()).hexdigest()[:8], 16) / 2**32 for track in track_ids]
    return pd.DataFrame(
        {"track_id": track_ids, "split": np.where(np.array(shares) < HELD_OUT, "test", "train")}
    )


def _key(raw: pd.DataFrame, path: Path) -> str:
    """Return the column of ids: ``track_id`` if there is one, else the first of text that tells nearly all rows apart."""
    if "track_id" in raw.columns:
        return "track_id"
    for column in raw.columns:
        if not pd.api.types.is_numeric_dtype(raw[column]) and raw[column].nunique() > MOSTLY * len(raw):
            return str(column)
    raise BadInput(f"{path}: no column of text names the tracks; call it track_id")


def _column_tags(raw: pd.DataFrame, key: str, column: str) -> pd.DataFrame:
    known = raw[raw[column].notna()]
    tags = known[column].astype(str).str.split(TAG_SEPARATOR)
    rows = pd.DataFrame({"track_id": known[key].astype(str), "tag": tags}).explode("tag")
    rows["tag"] = rows["tag"].str.strip()
    return rows[rows["tag"] != ""].reset_index(drop=True)


def _table_tags(path: str, raw: pd.DataFrame, table: Path) -> pd.DataFrame:
    if not path:
        return pd.DataFrame({"track_id": [], "tag": []}, dtype=str)
    if not Path(path).is_file():
        raise BadInput(
            f"--tags {path}: neither a column of {table} (it has {', '.join(map(str, raw.columns))}) nor a file"
        )
    found = read_own_table(Path(path))
    missing = [column for column in ("track_id", "tag") if column not in found.columns]
    if missing:
        raise BadInput(f"{path}: a table of tags has the columns track_id and tag; {missing[0]} is missing")
    return found[["track_id", "tag"]].dropna().astype(str)
