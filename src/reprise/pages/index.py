"""``docs/README.md``: every page of the documentation, by what a reader wants."""

from __future__ import annotations

import re
from pathlib import Path

HEAD = """# Documentation

Made by `python -m reprise.pages --write`; a test fails when it is stale. The [front page](../README.md) has the two commands and the results;
`make docs` makes the reference of the code, `docs/api/index.html`.
"""

GROUPS: dict[str, dict[str, str]] = {
    "Understand": {
        "architecture": "the house, how its promises are kept, and why it is built so",
        "stages": "every stage: what it reads, writes and is told",
        "models": "every model: its equations, its size, what was proven about it",
        "leak_story": "a leak, from how it happens to how it is found",
        "leaks": "leaks planted in the real pipeline, and which layer of defence sees which",
        "audit": "what the audit looks for, what it finds when leaks are planted, and where it ends",
    },
    "Use": {
        "explorer": "the last run in a browser: map, mood, playlists, and the web API",
        "songs": "18 targets from lyrics, recording and metadata; songs like a song, like words, like a recording",
        "own_music": "any folder of audio in place of the embedded corpus",
        "datasets": "all datasets: contents, size, licence, known faults",
        "experiments": "other parameters beside the branch, grids, tables of results, the model registry",
        "remotes": "S3, Google, SSH or a folder: compute once, fetch elsewhere",
        "parameters": "every parameter, its rule and its default",
        "artefacts": "every file that is written, and its columns",
        "labels": "acoustic labels, adapters, mood and lookup: what was measured, beside peers",
        "lookup": "the table for recommenders, column by column",
        "scaling": "more tracks, more machines, GPUs, memory",
        "troubleshooting": "what went wrong, by what you see",
        "messages": "every message, from the source",
    },
    "Extend": {
        "extending": "a model, a dataset and a metric of your own, as examples that a test carries out",
    },
    "Trust": {
        "results/README": "the results on the embedded corpus and on real music",
        "results/gtzan_mini/README": "a hundred tracks of GTZAN through the whole pipeline",
        "benchmarks": "time, memory, and peers in the same run",
        "difficulty": "how hard the embedded corpus is, beside real music",
        "duplicates": "how recordings that are nearly the same are found",
        "faults": "kill, full disk, spoiled files, clocks: what was broken, and that the next run mended it",
        "threats": "what could go wrong on purpose, and what stands against it",
        "mutation": "how many planted mistakes the tests notice",
        "sweeps/README": "searches over the parameters of a model",
    },
}
"""Pages in the order of reading, without ``.md``, and what they are for."""

REST = "More"


def page(docs: Path) -> str:
    """Return the page.

    Parameters
    ----------
    docs
        The folder of the documentation.
    """
    found = pages(docs)
    known = {name for group in GROUPS.values() for name in group}
    groups = GROUPS | {REST: dict.fromkeys(sorted(found.keys() - known), "")}
    parts = [HEAD]
    for group, entries in groups.items():
        lines = [_line(name, found[name], what) for name, what in entries.items() if name in found]
        if lines:
            parts.append("\n".join([f"## {group}", "", *lines]) + "\n")
    return "\n".join(parts)


def pages(docs: Path) -> dict[str, Path]:
    """Return the pages below a folder by name; tables of a run (``metrics``) and the reference (``api``) are none."""
    found = {path.relative_to(docs).with_suffix("").as_posix(): path for path in docs.rglob("*.md")}
    return {
        name: path
        for name, path in found.items()
        if name != "README" and not {"metrics", "api"} & {*path.parts}
    }


def _line(name: str, path: Path, what: str) -> str:
    title = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.M)
    return f"- [{title[1] if title else name}]({name}.md)" + (f": {what}" if what else "")
