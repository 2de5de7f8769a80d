"""What must not be merged as it is: a lock that is not true, a leak, a headline number that fell by more than its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reprise.headline import ROLES, Figure, Read, figures
from reprise.pull_request.lock import Stale

LOCK_STAGES = 8  # stale stages that are listed
AUDIT = "metrics/leakage.json"


@dataclass(frozen=True)
class Change:
    """A headline number on both sides.

    Attributes
    ----------
    name, source
        What it is, and its metrics file.
    before, after
        The number on the target branch and here; ``None`` where it does not exist.
    comparable
        Whether both are about the same data.
    """

    name: str
    source: str
    before: Figure | None
    after: Figure | None
    comparable: bool

    @property
    def fell(self) -> bool:
        """Whether it is now below the interval it had, or is gone, on the same data."""
        if self.before is None or not self.comparable:
            return False
        return self.after is None or self.after.value < self.before.low

    def told(self) -> str:
        """Say what became of it."""
        if not self.comparable:
            return "other data: not compared"
        if self.before is None or self.after is None:
            return "new" if self.before is None else "**gone**"
        if self.fell:
            return "**fell below its interval**"
        return "rose above its interval" if self.after.value > self.before.high else "within its interval"


def changes(before: Read, after: Read, data: Mapping[str, tuple[Any, ...]]) -> list[Change]:
    """Return every headline number of either side.

    Parameters
    ----------
    before, after
        Metrics files of the target branch and of this state.
    data
        Of each parameter that chooses data, what it means on either side.
    """
    old = {figure.name: figure for figure in figures(before)}
    new = {figure.name: figure for figure in figures(after)}
    found = []
    for name, figure in (new | old).items():
        was, now = data[ROLES[figure.source]]
        found.append(Change(name, figure.source, old.get(name), new.get(name), was == now))
    return found


def objections(stale: list[Stale], found: list[Change], audit: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what speaks against merging, each in a sentence."""
    if stale:
        stages = list(dict.fromkeys(item.stage for item in stale))
        more = f" and {len(stages) - LOCK_STAGES} more" if len(stages) > LOCK_STAGES else ""
        listed = ", ".join(f"`{name}`" for name in stages[:LOCK_STAGES])
        yield f"`dvc.lock` is stale for {listed}{more}: run `dvc repro` and commit `dvc.lock`, `metrics` and `plots`."
    if audit is None:
        yield f"There is no `{AUDIT}`: the audit did not run."
    elif audit["summary"]["leak"]:
        stages = audit.get("stages_at_fault", {})
        told = ", ".join(f"`{name}`" for name in stages) if isinstance(stages, Mapping) and stages else ""
        at_fault = f" (stages at fault: {told})" if told else ""
        yield f"The audit found **{audit['summary']['leak']}** leaks{at_fault}: see `{AUDIT}`."
    for change in found:
        if change.fell and change.before is not None:
            now = "is gone" if change.after is None else f"fell from {change.before} to {change.after}"
            yield f"{change.name} {now}: more than its interval (`metrics/{change.source}`)."
