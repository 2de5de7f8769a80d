"""Run stages again in a copy that shares no result with the project, and name the first artefact that comes out different.

    reprise verify                          all of them
    reprise verify lyrics@tracks cluster    these, from the inputs on record
    reprise verify --workers 1              with another number of workers: the bytes must be the same

Exit status 0: every byte is the same. 1: some are not; the first that differ in the order in which data flow are the cause, or lead to it.
Results on record that another instruction set made may differ in their last digits (``metrics/environment.json``): there the exit status is 0 as well if each
headline number lies within the 95 % interval on record.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reprise.errors import BadParameter
from reprise.exits import guarded
from reprise.machine import instruction_set
from reprise.replica import WORLDS, Replica, link_cache, make, original
from reprise.same_results import TOLERANCE, Pair, made_elsewhere, pairs

LATER = 10  # later differences that are listed


@dataclass(frozen=True)
class Different:
    """A file that did not come out as recorded.

    Attributes
    ----------
    stage
        Whose it is.
    path
        Its path.
    how
        In the terms of its format.
    """

    stage: str
    path: str
    how: str


@dataclass(frozen=True)
class Outcome:
    """What came of a second run.

    Attributes
    ----------
    ran
        Stages.
    different
        Files that differ, in the order in which data flow.
    elsewhere
        Stages whose results on record another instruction set made, and which; their bytes may differ.
    pairs
        Headline numbers of both runs, where there are such stages.
    """

    ran: list[str]
    different: list[Different]
    elsewhere: dict[str, str] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the results are the same: byte for byte, or within the tolerance where the bytes may differ."""
        if not self.different:
            return True
        allowed = self.different[0].stage in self.elsewhere
        return allowed and bool(self.pairs) and all(pair.agrees for pair in self.pairs)


def compare(recorded: Replica, again: Replica, stages: Sequence[str]) -> Iterator[Different]:
    """Compare the outs of stages, file by file.

    Parameters
    ----------
    recorded
        The project.
    again
        The copy in which the stages ran again.
    stages
        Addresses, in the order in which data flow.
    """
    before, after = recorded.files(), again.files()
    owners: dict[str, list[str]] = {}
    for path, out in recorded.locked_outs().items():
        owners.setdefault(out["stage"], []).append(path)
    for stage in stages:
        for place in owners.get(stage, ()):
            paths = {
                path for path in before.keys() | after.keys() if path == place or path.startswith(f"{place}/")
            }
            for path in sorted(paths):
                if before.get(path) != after.get(path):
                    yield Different(
                        stage, path, _how(path, recorded, again, before.get(path), after.get(path))
                    )


def order(project: Replica) -> list[str]:
    """Return the stages in an order in which data can flow."""
    from dvc.repo import Repo

    from reprise.taint import stage_taints

    with Repo(str(project.root)) as repo:
        return [stage.name for stage in stage_taints(repo)]


def set_workers(root: Path, workers: int) -> list[str]:
    """Give every parameter named ``workers`` a value; return their dotted names."""
    from ruamel.yaml import YAML

    yaml = YAML()
    params = yaml.load(root / "params.yaml")
    found = [name for name, block in params.items() if isinstance(block, dict) and "workers" in block]
    for name in found:
        params[name]["workers"] = workers
    yaml.dump(params, root / "params.yaml")
    return [f"{name}.workers" for name in found]


def verify(root: Path, place: Path, targets: Sequence[str], workers: int | None) -> Outcome:
    """Run stages again and compare.

    Parameters
    ----------
    root
        The project; everything in it must be computed.
    place
        An empty folder on the same file system.
    targets
        Stages to run from the inputs on record; none: all, from nothing.
    workers
        Number of workers; ``None``: as in ``params.yaml``.

    Returns
    -------
    Outcome
        The stages that ran, what differs, and how headline numbers came out.

    Raises
    ------
    BadParameter
        If there is no such stage.
    """
    recorded = original(root)
    stages = order(recorded)
    unknown = sorted(target for target in targets if not any(_means(target, stage) for stage in stages))
    if unknown:
        raise BadParameter(f"no stage {', '.join(unknown)}; there are {', '.join(stages)}")
    recorded.files()  # complains early if something is not computed
    chosen = [stage for stage in stages if not targets or any(_means(target, stage) for target in targets)]
    again = make(root, place / "again", place / "cache")
    if targets:
        link_cache(recorded, again.cache)
        again.dvc("checkout", "-q")
    if workers is not None:
        print(f"with {', '.join(set_workers(again.root, workers))} = {workers}", flush=True)
    if targets:
        for stage in chosen:
            again.dvc("repro", "-q", "--force", "--single-item", stage)
    else:
        again.dvc("repro", "-q", "--force")
    different = list(compare(recorded, again, chosen))
    elsewhere = made_elsewhere(root, chosen)
    made = [path for path, out in again.locked_outs().items() if out["stage"] in chosen]
    return Outcome(chosen, different, elsewhere, list(pairs(root, again.root, made)) if elsewhere else [])


def main(argv: list[str] | None = None) -> int:
    """Verify; return 1 if something differs."""
    parser = argparse.ArgumentParser(
        prog="reprise verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("targets", nargs="*", help="stages, or groups of them (default: all)")
    parser.add_argument("--workers", type=int, help="number of workers of the stages that have any")
    parser.add_argument("--root", default=".", help="project root (default: here)")
    parser.add_argument("--keep", action="store_true", help="leave the copy for inspection")
    options = parser.parse_args(argv)
    root = Path(options.root).resolve()
    (root / WORLDS).mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="verify-", dir=root / WORLDS))
    try:
        outcome = verify(root, place, options.targets, options.workers)
    finally:
        if options.keep:
            print(f"the copy is in {place}")
        else:
            shutil.rmtree(place)
    print(told(outcome))
    return int(not outcome.holds)


def told(outcome: Outcome) -> str:
    """Return what came of it in words."""
    if not outcome.different:
        return f"{len(outcome.ran)} stages ran again: every byte is the same"
    first, *later = outcome.different
    lines = [f"{first.stage} made {first.path} different: {first.how}"]
    lines += [f"  then {item.stage}: {item.path}: {item.how}" for item in later[:LATER]]
    if len(later) > LATER:
        lines.append(f"  and {len(later) - LATER} more files")
    if first.stage in outcome.elsewhere:
        lines += [
            f"{first.stage} on record was made with {outcome.elsewhere[first.stage]}, this machine has {instruction_set()}: bytes may differ; the tolerance is that {TOLERANCE}",
            *(f"  {pair}" for pair in outcome.pairs),
            _judged(outcome),
        ]
    return "\n".join(lines)


def _judged(outcome: Outcome) -> str:
    if not outcome.pairs:
        return "none of these stages makes a headline number: not decided"
    return "within the tolerance" if outcome.holds else "NOT within the tolerance"


def _means(target: str, stage: str) -> bool:
    return target in (stage, stage.split("@")[0])


def _how(path: str, recorded: Replica, again: Replica, before: str | None, after: str | None) -> str:
    from reprise.difference import describe

    if before is None or after is None:
        return "it is new" if before is None else "it is missing"
    old = recorded.cached(before) or recorded.root / path
    if not old.exists() or (old == recorded.root / path and recorded.md5(path) != before):
        return "its content on record is not here to compare with (`dvc checkout`, or git has it)"
    return describe(path, old, again.root / path)


if __name__ == "__main__":
    sys.exit(guarded(main))
