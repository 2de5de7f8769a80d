"""The confusion matrix: which layer sees which leak, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reprise.leaks.entry import LAYERS, Leak
from reprise.leaks.results import Results

COMMAND = "reprise power --plant"
MARKS = ("<!-- leaks: made by `reprise power --plant --write` -->", "<!-- /leaks -->")
SHORT_MARKS = ("<!-- power: made by `reprise power --plant --write` -->", "<!-- /power -->")


def counts(leaks: Sequence[Leak], results: Results, layer: str) -> tuple[int, int]:
    """Return how many leaks a layer saw in every world it was asked about, and about how many it was asked."""
    asked = [leak for leak in leaks if _runs(results, leak.key, layer) and (layer != "N" or leak.secrets)]
    return sum(all(_runs(results, leak.key, layer)) for leak in asked), len(asked)


def caught(leak: Leak, results: Results) -> tuple[int, int]:
    """Return in how many worlds any layer saw a leak, and in how many it was planted."""
    worlds = results.leaks.get(leak.key, {})
    return sum(any(seen.values()) for seen in worlds.values()), len(worlds)


def unmet(leaks: Sequence[Leak], results: Results) -> list[str]:
    """Return which layer was expected to see which leak and, asked, did not see it, or could not be asked."""
    return [
        f"{leak.key} {layer} in world {seed}"
        for leak in leaks
        for layer in leak.caught
        for seed in sorted(
            {s for s, seen in results.leaks.get(leak.key, {}).items() if seen.get(layer) == ""}
            | {s for s, why in results.failed.get(leak.key, {}).items() if layer in why},
            key=int,
        )
    ]


def matrix(leaks: Sequence[Leak], results: Results) -> str:
    """Return the table, a row for each leak."""
    lines = [
        f"| leak | planted | {' | '.join(LAYERS)} | first evidence |",
        f"|---|---|{'---|' * len(LAYERS)}---|",
    ]
    for leak in leaks:
        if leak.key not in results.leaks:
            continue
        cells = [_cell(results, leak, layer) for layer in LAYERS]
        lines.append(f"| {leak.key} | {leak.what} | {' | '.join(cells)} | {_evidence(results, leak.key)} |")
    return "\n".join(lines)


def summary(leaks: Sequence[Leak], results: Results) -> str:
    """Return what the table amounts to, in sentences."""
    planted = [leak for leak in leaks if leak.key in results.leaks]
    whole = sum(found == worlds > 0 for found, worlds in (caught(leak, results) for leak in planted))
    runs = sum(caught(leak, results)[1] for leak in planted)
    alone = ", ".join(
        f"{layer} {seen} of {asked}" for layer in LAYERS for seen, asked in [counts(leaks, results, layer)]
    )
    alarms = sum(bool(found) for found in results.clean.values())
    bound = (
        f" (with 95 % confidence fewer than {1 - 0.05 ** (1 / len(results.clean)):.0%} of clean worlds alarm)"
        if results.clean and not alarms
        else ""
    )
    return (
        f"**{whole} of {len(planted)} planted leaks are seen by at least one layer in every world** ({runs} worlds with a leak, real pipeline, real DVC). "
        f"Each layer alone: {alone}. **{alarms} of {len(results.clean)} clean worlds raised an alarm**{bound}."
    )


def page(leaks: Sequence[Leak], results: Results) -> str:
    """Return the part of the page that is made: sentences, worlds, table, what could not be asked."""
    facts = results.facts
    about = (
        f"Made by `{COMMAND}`, of commit {facts.get('commit', 'unknown')}. A world is a copy of the project with tracks of its own: {facts.get('tracks', 0)} of "
        f"{facts.get('artists', 0)} artists and {facts.get('genres', 0)} genres in the first, drawn anew for each world, whole artists at a time, from the computed corpus and laid out as "
        f"a raw folder (a folder for each genre, numbered files, a table); clips of {facts.get('seconds', 0)} s, the beginnings of the lyrics, the models {facts.get('models', '')}. "
        "Training and resampling are cut to seconds (`reprise.small_world`), the stages and the audit's thresholds are the project's. The corpora of moods and songs are the same "
        "in all worlds. In a clean world every stage of the cone of `audit` runs; an alarm is any leak or warning of the audit."
    )
    parts = [summary(leaks, results), "", about, "", matrix(leaks, results)]
    silent = [
        leak
        for leak in leaks
        if leak.key in results.leaks and caught(leak, results)[0] < caught(leak, results)[1]
    ]
    if silent:
        parts += ["", "Not seen in some world: " + ", ".join(leak.key for leak in silent) + "."]
    if holes := unmet(leaks, results):
        parts += ["", "A layer that must see it did not: " + ", ".join(holes) + "."]
    unasked = [
        f"{leak.key} {layer}: {why}"
        for leak in leaks
        for worlds in results.failed.get(leak.key, {}).values()
        for layer, why in worlds.items()
    ]
    if unasked:
        parts += ["", "Could not be asked:", "", *(f"- {line}" for line in unasked)]
    return "\n".join(parts)


def short(leaks: Sequence[Leak], results: Results) -> str:
    """Return what stands in the README: the sentences, and one line for each leak, folded."""
    rows = ["| leak | what is planted | seen by |", "|---|---|---|"]
    for leak in leaks:
        if leak.key in results.leaks:
            seen = " ".join(
                layer for layer in LAYERS if (runs := _runs(results, leak.key, layer)) and all(runs)
            )
            rows.append(f"| {leak.key} | {leak.what} | {seen or 'nothing'} |")
    folded = ["<details><summary>Each of them, and who sees it</summary>", "", *rows, "", "</details>"]
    return "\n".join([summary(leaks, results), "", *folded])


def _runs(results: Results, key: str, layer: str) -> list[bool]:
    return [bool(seen[layer]) for seen in results.leaks.get(key, {}).values() if layer in seen]


def simulated(page: str) -> dict[str, bool]:
    """Return whether the audit found each leak in every simulated run, from the table of ``docs/audit.md``.

    Parameters
    ----------
    page
        Text of the page.
    """
    found: dict[str, bool] = {}
    body = page.partition("**Power:**")[2].partition("**Where it ends:**")[0]
    for key, seen, runs in re.findall(r"^\| (\w+) \| [^|]* \| (\d+)/(\d+) \|", body, re.MULTILINE):
        found[key] = found.get(key, True) and seen == runs
    return found


def _cell(results: Results, leak: Leak, layer: str) -> str:
    runs = _runs(results, leak.key, layer)
    if not runs:
        return "○" if layer == "D" and results.facts.get("simulated", {}).get(leak.key) else "?"
    if layer == "N" and not leak.secrets:
        return "–"
    if len(runs) == 1:
        return "●" if runs[0] else "·"
    return f"● {sum(runs)}/{len(runs)}" if any(runs) else "·"


def _evidence(results: Results, key: str) -> str:
    for layer in LAYERS:
        for seen in results.leaks[key].values():
            if said := seen.get(layer):
                return f"{layer}: {said[:200]}".replace("|", "/").replace("\n", " ")
    return ""
