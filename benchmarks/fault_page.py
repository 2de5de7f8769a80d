"""The page of the faults: tried, survived, lost, by fault and by stage, of all sweeps on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from fault_kinds import KINDS
from fault_world import MODELS, ROOT, TRACKS
from sections import machine

PAGE = ROOT / "docs" / "faults.md"
RECORD = ROOT / "benchmarks" / "faults.json"
"""Counts of each sweep; the page is made of it alone."""

Counts = Mapping[str, Mapping[str, int]]


class Trial(Protocol):
    """What is known of a fault that was tried."""

    @property
    def kind(self) -> str:
        """Which fault."""

    @property
    def stage(self) -> str:
        """Where."""

    @property
    def happened(self) -> str:
        """What it did; empty: it came too late."""

    @property
    def lost(self) -> str:
        """What was wrong after the next run; empty: nothing."""

    @property
    def mended(self) -> str:
        """What DVC could not read, so that `reprise run` mended it; empty: nothing."""


def keep(trials: Sequence[Trial], commit: str) -> None:
    """Put the counts of a sweep on record, in place of an earlier record of the same commit, and make the page anew."""
    sweeps = [sweep for sweep in on_record() if sweep["commit"] != commit]
    sweeps.append(counted(trials, commit))
    RECORD.write_text(json.dumps(sweeps, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(sweeps), encoding="utf-8")
    print(f"{PAGE}: {_summary(_added(sweeps, 'kinds'))}")


def on_record() -> list[dict[str, Any]]:
    """Return the sweeps on record, oldest first."""
    found: list[dict[str, Any]] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else []
    return found


def counted(trials: Sequence[Trial], commit: str) -> dict[str, Any]:
    """Return what is kept of a sweep."""
    hit = [trial for trial in trials if trial.happened]

    def by(key: Callable[[Trial], str]) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for trial in hit:
            own = counts.setdefault(key(trial), {"tried": 0, "mended": 0, "lost": 0})
            own["tried"] += 1
            own["mended"] += bool(trial.mended and not trial.lost)
            own["lost"] += bool(trial.lost)
        return dict(sorted(counts.items()))

    return {
        "commit": commit,
        "machine": machine(),
        "late": len(trials) - len(hit),
        "kinds": by(lambda trial: trial.kind),
        "stages": by(lambda trial: trial.stage),
        "losses": [f"`{t.kind}` in `{t.stage}` ({t.happened}): {t.lost}" for t in hit if t.lost],
    }


def page(sweeps: Sequence[dict[str, Any]]) -> str:
    """Return the page."""
    kinds, stages = _added(sweeps, "kinds"), _added(sweeps, "stages")
    late = sum(sweep["late"] for sweep in sweeps)
    losses = [f"- {loss} (at {sweep['commit']})" for sweep in sweeps for loss in sweep["losses"]]
    return "\n".join(
        [
            "# Faults",
            "",
            "Made by `python benchmarks/faults.py` of `benchmarks/faults.json`, which has the counts of each sweep.",
            "",
            (
                f"A copy of the project with {TRACKS} tracks of each genre and {len(MODELS)} models ({', '.join(MODELS)}), every stage of the "
                "pipeline in it, is broken in the ways below, at random moments. Before most faults the stage's outputs, their objects in the "
                "cache and the record of its run are taken away, so that it has to run. After each fault one more `dvc repro`, undisturbed, "
                "has to end with exactly the `dvc.lock` of a run that was never disturbed, and every file of every output is read again and "
                "has to have its bytes. DVC writes two records of its own in place; where a fault cuts them off it stops at them at every later "
                "start, and `reprise run` (which `make` and CI use) takes the place of that `dvc repro`: it mends them and goes on. "
                "A fault that came after its stage was done is not counted."
            ),
            "",
            f"**{_summary(kinds)}** {late} came too late and are not counted. {_unfinished(kinds)}".rstrip(),
            "",
            "| sweep at commit | machine | tried | lost |",
            "|---|---|---|---|",
            *(
                f"| {sweep['commit']} | {sweep['machine']} | {_total(sweep['kinds'], 'tried')} | {_total(sweep['kinds'], 'lost')} |"
                for sweep in sweeps
            ),
            "",
            *_table("fault", kinds, KINDS, _what),
            "",
            "By stage:",
            "",
            *_table("stage", stages, stages),
            "",
            *(["What was lost:", "", *losses, ""] if losses else []),
        ]
    )


def _added(sweeps: Sequence[dict[str, Any]], part: str) -> dict[str, dict[str, int]]:
    added: dict[str, dict[str, int]] = {}
    for sweep in sweeps:
        for name, counts in sweep[part].items():
            own = added.setdefault(name, dict.fromkeys(counts, 0))
            for what, number in counts.items():
                own[what] += number
    return added


def _total(counts: Counts, what: str) -> int:
    return sum(own[what] for own in counts.values())


def _summary(kinds: Counts) -> str:
    tried, mended, lost = (_total(kinds, what) for what in ("tried", "mended", "lost"))
    return f"{tried} faults, {tried - lost} survived ({mended} of them by `reprise run`), {lost} lost."


def _unfinished(kinds: Counts) -> str:
    short = [
        f"`{kind}` {kinds.get(kind, {}).get('tried', 0)} of {planned}"
        for kind, (_, planned) in KINDS.items()
        if kinds.get(kind, {}).get("tried", 0) < planned
    ]
    return f"Fewer than a whole sweep plans: {', '.join(short)}." if short else ""


def _what(kind: str) -> str:
    said = (KINDS[kind][0].__doc__ or "").partition("\n")[0].rstrip(".")
    return f"{said} (`{kind}`)"


def _table(
    header: str,
    counts: Counts,
    order: Iterable[str],
    shown: Callable[[str], str] = lambda name: f"`{name}`",
) -> list[str]:
    return [
        f"| {header} | tried | survived | of these by `reprise run` | lost |",
        "|---|---|---|---|---|",
        *(
            f"| {shown(name)} | {own['tried']} | {own['tried'] - own['lost']} | {own['mended']} | {own['lost']} |"
            for name in order
            if (own := counts.get(name))
        ),
    ]
