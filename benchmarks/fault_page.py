"""The page of the faults: tried, survived, lost, by fault and by stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from fault_kinds import KINDS
from fault_world import MODELS, ROOT, TRACKS
from sections import machine

PAGE = ROOT / "docs" / "faults.md"


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


def write_page(trials: Sequence[Trial]) -> None:
    """Write docs/faults.md."""
    PAGE.write_text(page(trials), encoding="utf-8")
    print(f"{PAGE}: {_summary(trials)}")


def page(trials: Sequence[Trial]) -> str:
    """Return the page."""
    hit = [trial for trial in trials if trial.happened]
    late = len(trials) - len(hit)
    lost = [trial for trial in hit if trial.lost]
    return "\n".join(
        [
            "# Faults",
            "",
            f"Made by `python benchmarks/faults.py` on {machine()}.",
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
            f"**{_summary(trials)}** {late} came too late and are not counted. {_unfinished(hit)}",
            "",
            *_table("fault", hit, lambda trial: trial.kind, list(KINDS), _what),
            "",
            "By stage:",
            "",
            *_table("stage", hit, lambda trial: trial.stage, list(dict.fromkeys(t.stage for t in hit))),
            "",
            *_losses(lost),
        ]
    )


def _summary(trials: Sequence[Trial]) -> str:
    hit = [trial for trial in trials if trial.happened]
    lost = sum(bool(trial.lost) for trial in hit)
    mended = sum(bool(trial.mended and not trial.lost) for trial in hit)
    return f"{len(hit)} faults, {len(hit) - lost} survived ({mended} of them by `reprise run`), {lost} lost."


def _unfinished(hit: Sequence[Trial]) -> str:
    counts = {kind: sum(trial.kind == kind for trial in hit) for kind in KINDS}
    short = [
        f"`{kind}` {counts[kind]} of {planned}"
        for kind, (_, planned) in KINDS.items()
        if counts[kind] < planned
    ]
    return f"Fewer than a whole sweep plans: {', '.join(short)}." if short else ""


def _what(kind: str) -> str:
    said = (KINDS[kind][0].__doc__ or "").partition("\n")[0].rstrip(".")
    return f"{said} (`{kind}`)"


def _table(
    header: str,
    hit: Iterable[Trial],
    key: Callable[[Trial], str],
    order: Sequence[str],
    shown: Callable[[str], str] = lambda name: f"`{name}`",
) -> list[str]:
    rows = []
    hit = list(hit)
    for name in order:
        own = [trial for trial in hit if key(trial) == name]
        lost = sum(bool(trial.lost) for trial in own)
        if own:
            mended = sum(bool(trial.mended and not trial.lost) for trial in own)
            rows.append(f"| {shown(name)} | {len(own)} | {len(own) - lost} | {mended} | {lost} |")
    return [
        f"| {header} | tried | survived | of these by `reprise run` | lost |",
        "|---|---|---|---|---|",
        *rows,
    ]


def _losses(lost: Sequence[Trial]) -> list[str]:
    if not lost:
        return []
    return [
        "What was lost:",
        "",
        *(f"- `{t.kind}` in `{t.stage}` ({t.happened}): {t.lost}" for t in lost),
        "",
    ]
