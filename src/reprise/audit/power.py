"""False alarms and power of the audit on simulated runs.

python -m reprise.audit.power                          print the tables
python -m reprise.audit.power --write docs/audit.md    put them between the marks of a Markdown file
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reprise.audit.finding import Finding
from reprise.audit.labelling import Plan
from reprise.audit.run import Settings, run_checks
from reprise.audit.simulation.build import build
from reprise.audit.simulation.catalogue import LEAKS, LIMITS
from reprise.audit.simulation.planting import Leak
from reprise.audit.simulation.world import ARTISTS, PARAMS, TRACKS
from reprise.markdown_table import table
from reprise.pages.marks import between
from reprise.progress import track

CLEAN, SEEDS = 40, 3
BEGIN, END = (
    "<!-- power: made by `python -m reprise.audit.power --write docs/audit.md` -->",
    "<!-- /power -->",
)


@dataclass(frozen=True)
class Trial:
    """One planted leak over several worlds.

    Attributes
    ----------
    leak
        What was planted.
    runs, found, blamed
        Worlds; those in which it was found; those in which the right stage was named.
    checks
        Checks that found it, those that did so in most worlds first.
    """

    leak: Leak
    runs: int
    found: int
    blamed: int
    checks: tuple[str, ...]


def settings() -> Settings:
    """Return the settings of the simulated run: those of ``params.yaml``."""
    given = PARAMS["audit"]
    assert isinstance(given, dict)
    return Settings(Plan(given["permutations"], 0), given["level"], 0.8)


def alarms(findings: Iterable[Finding]) -> list[Finding]:
    """Return what a user would have to look at."""
    return [finding for finding in findings if finding.severity in ("leak", "warn")]


def clean(seeds: Iterable[int]) -> list[list[Finding]]:
    """Return the alarms in clean worlds."""
    worlds = track(list(seeds), desc="clean worlds", unit="world")
    return [alarms(run_checks(build(seed), settings())) for seed in worlds]


def trial(leak: Leak, seeds: Iterable[int]) -> Trial:
    """Plant a leak in some worlds."""
    counts: Counter[str] = Counter()
    runs = found = blamed = 0
    for seed in seeds:
        findings = run_checks(leak.plant(seed), settings())
        leaks = [one for one in findings if one.severity == "leak" and one.check.startswith(leak.counted)]
        counts.update(sorted({one.check for one in leaks}))
        runs, found = runs + 1, found + bool(leaks)
        blamed += any(one.stage.split("@")[0].removesuffix("_conditional") in leak.stages for one in leaks)
    return Trial(leak, runs, found, blamed, tuple(check for check, _ in counts.most_common()))


def document(false: list[list[Finding]], checks: int, trials: list[Trial], limits: list[Trial]) -> str:
    """Return what was measured as Markdown."""
    alarmed = sum(bool(found) for found in false)
    upper = 1 - 0.05 ** (1 / len(false)) if not alarmed else float("nan")
    bound = f" (with 95 % confidence, fewer than {upper:.0%} of clean runs alarm)" if not alarmed else ""
    said = f"{alarmed} of {len(false)} clean worlds raised any leak or warning{bound}"
    whole = sum(one.found == one.runs for one in trials)
    named = f"{sum(one.blamed for one in trials)} of {sum(one.runs for one in trials)}"
    lines = [
        f"**False alarms:** {said}; {checks} checks in each, {TRACKS} tracks of {ARTISTS} artists.",
        "",
        f"**Power:** {whole} of {len(trials)} planted leaks found in every world; the stage at fault named in {named} runs.",
        "",
        _table(trials),
        "",
        "**Where it ends:** the same kinds of leak, weaker and weaker; a miss here is expected, and stated.",
        "",
        _table(limits),
    ]
    return "\n".join(lines)


def _table(trials: list[Trial]) -> str:
    rows = []
    for one in trials:
        by = ", ".join(f"`{check}`" for check in one.checks[:4]) or "nothing"
        found, blamed = f"{one.found}/{one.runs}", f"{one.blamed}/{one.runs}"
        rows.append((one.leak.key, one.leak.what, found, blamed, by))
    return table(("leak", "planted", "found", "stage named", "by"), rows)


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(
        prog="reprise.audit.power", description="false alarms and power of the audit"
    )
    parser.add_argument("--write", type=Path, help="Markdown file whose tables are made anew")
    parser.add_argument("--clean", type=int, default=CLEAN, help="number of clean worlds")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="worlds in which each leak is planted")
    options = parser.parse_args()
    checks = len(run_checks(build(0), settings()))
    false = clean(range(1000, 1000 + options.clean))
    trials = [trial(leak, range(options.seeds)) for leak in track(LEAKS, desc="planted leaks", unit="leak")]
    limits = [trial(leak, range(options.seeds)) for leak in track(LIMITS, desc="weaker leaks", unit="leak")]
    text = document(false, checks, trials, limits)
    if options.write is None:
        print(text)
    else:
        old = options.write.read_text(encoding="utf-8")
        options.write.write_text(between(old, BEGIN, text, END), encoding="utf-8")
    missed = [one for one in trials if one.found < one.runs]
    sys.exit(bool(missed) or any(map(bool, false)))


if __name__ == "__main__":
    main()
