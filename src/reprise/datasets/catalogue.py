"""What can be chosen as a dataset: a list for the terminal, a page for the docs, both made from the dataset files."""

from __future__ import annotations

import glob
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reprise.datasets import discovery
from reprise.datasets.base import DATASET_PARAMETER, EMBEDDED, PROVIDABLE, Dataset, Remote
from reprise.datasets.fetch import Fetching, cache_folder

PAGE_HEAD = """# Datasets

One parameter chooses: `dvc exp run -S dataset=<name>` (clustering and everything after it), `emotion_dataset` (arousal and valence) and `songs_dataset`
(lyrics and audio to 18 targets). `reprise datasets` lists them with what is present on this machine. Made from the dataset files by
`reprise datasets --write docs/datasets.md`; a test fails when it is stale.

Nothing that a licence keeps from being passed on is stored in this repository or pushed to a remote by it: archives go to a cache of the user's
(`REPRISE_CACHE`, by default the user's cache folder), and what the pipeline derives stays in the local DVC cache until its owner pushes it.

| dataset | roles | tracks | to fetch | contains | licence |
|---|---|---|---|---|---|
"""


def listing(root: Path) -> str:
    """Return the table for the terminal; the datasets chosen in ``params.yaml`` carry a star."""
    params = _params(root)
    mirror = str(params.get("download", {}).get("mirror") or "")
    chosen = {params.get(parameter) for parameter in DATASET_PARAMETER.values()}
    lines = []
    for dataset in _datasets():
        options = params.get("datasets", {}).get(dataset.name, {})
        star = "*" if dataset.name in chosen else " "
        info = dataset.info
        lines.append(
            f"{star} {dataset.name:18} {_tracks(dataset):>8}  {_size(info.n_bytes):>8}  {', '.join(info.roles)}\n"
            f"    {info.title}; {info.licence}\n"
            f"    contains: {_contents(dataset)}\n"
            f"    {presence(dataset, options, root, mirror)}"
        )
    head = f"  {'name':18} {'tracks':>8}  {'to fetch':>8}  roles"
    return "\n".join(
        [head, *lines, "", "* chosen in params.yaml. Another one: dvc exp run -S dataset=<name>"]
    )


def presence(dataset: Dataset, options: Mapping[str, Any], root: Path, mirror: str = "") -> str:
    """Say in words what of a dataset is on this machine, under the options and the mirror of ``params.yaml``."""
    base = Fetching(mirror).base()
    if dataset.name == EMBEDDED:
        return "present: rendered here, nothing is fetched"
    parts = []
    if options.get("path"):
        place = (root / str(options["path"])).expanduser()
        holds = place.is_file() or (place.is_dir() and any(not _is_note(item) for item in place.iterdir()))
        parts.append(f"present: {place}" if holds else f"not present: nothing in {place} yet")
    remotes = dataset.files(options)
    if remotes:
        have = sum(_is_here(dataset.name, remote, base) for remote in remotes)
        where = base or str(cache_folder())
        state = "present" if have == len(remotes) else "not present" if not have else "partly present"
        parts.append(f"{state}: {have} of {len(remotes)} files in {where}")
    return "; ".join(parts) or "not present"


def page() -> str:
    """Return ``docs/datasets.md``: the table, then what each dataset file says about itself."""
    rows, chapters = [], []
    for dataset in _datasets():
        info = dataset.info
        contents = _contents(dataset)
        rows.append(
            f"| [{dataset.name}](#{dataset.name}) | {', '.join(info.roles)} | {_tracks(dataset)} "
            f"| {_size(info.n_bytes)} | {contents} | {info.licence} |"
        )
        missing = [
            f"- no {name}: {info.missing[name]}" for name in sorted(info.missing) if info.missing[name]
        ]
        chapters.append(
            "\n".join(
                [
                    f"## {dataset.name}",
                    "",
                    _docstring(dataset.name),
                    "",
                    f"Source: {info.source}. Home: <{info.homepage}>."
                    if "://" in info.homepage
                    else f"Source: {info.source}.",
                    *(["", "What it lacks, and why:", "", *missing] if missing else []),
                    "",
                ]
            )
        )
    return PAGE_HEAD + "\n".join(rows) + "\n\n" + "\n".join(chapters)


def _datasets() -> list[Dataset]:
    return [discovery.find(name) for name in discovery.names()]


def _params(root: Path) -> dict[str, Any]:
    path = root / "params.yaml"
    found: dict[str, Any] = YAML(typ="safe").load(path) if path.exists() else {}
    return found


def _is_note(path: Path) -> bool:
    return path.name.startswith(".") or path.name.lower().startswith("readme")


def _is_here(name: str, remote: Remote, base: str) -> bool:
    if base and "://" not in base:
        return (Path(base) / name / remote.filename).is_file()
    return any((cache_folder() / name).glob(f"*/{glob.escape(remote.filename)}"))


def _tracks(dataset: Dataset) -> str:
    return f"{dataset.info.n_tracks:,}" if dataset.info.n_tracks else "as asked"


def _contents(dataset: Dataset) -> str:
    audio = ["audio"] if dataset.info.n_samples else []
    return ", ".join(audio + [name for name in PROVIDABLE if name in dataset.info.provides])


def _size(n_bytes: int) -> str:
    if not n_bytes:
        return "nothing"
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"


def _docstring(name: str) -> str:
    import importlib

    return inspect.cleandoc(importlib.import_module(f"reprise.datasets.{name}").__doc__ or "")
