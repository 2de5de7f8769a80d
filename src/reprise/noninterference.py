"""Test by experiment that secrets stay where they may be known: change one, recompute, and look at what became different.

    reprise noninterference                       every secret, on a small corpus, all that may change run again
    reprise noninterference --quick               the corpus as it is; only stages that could let a secret out run again
    reprise noninterference --secrets genre-test  one of them

A stage is a function of what it declares (`reprise.hermetic`), and DVC runs a stage again only if one of those inputs changed. So where DVC
skips a stage after a secret was changed, the result cannot depend on it: not probably, for this corpus at all. That list is printed; it is the
theorem. What did change must lie within what `reprise.taint` says may depend on the secret, or the exit status is 1.

Everything happens in copies of the project; the project and its cache stay as they are.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from reprise.errors import BadInput
from reprise.exits import guarded
from reprise.replica import WORLDS, Files, Replica, lend_machine_code, link_cache, make, original
from reprise.small_world import keep_models, shrink

if TYPE_CHECKING:
    from reprise.perturb import Secret
    from reprise.taint import StageTaint

QUICK = ("genre-train", "genre-test", "affect-train", "affect-test", "factors", "targets")

Flow = tuple["list[StageTaint]", dict[str, frozenset[str]]]
"""The stages, and the secrets that each out may carry."""


@dataclass(frozen=True)
class Finding:
    """What a changed secret did.

    Attributes
    ----------
    born
        Files that were changed by hand.
    changed
        Files that were different afterwards, without those.
    forbidden
        Those that must not be.
    ran
        Stages that ran again.
    waiting
        Stages that would: an input of theirs is different (``--quick`` leaves them).
    untouched
        Stages whose inputs all stayed the same.
    """

    born: list[str]
    changed: list[str]
    forbidden: list[str]
    ran: list[str]
    waiting: list[str]
    untouched: list[str]


def read_flow(project: Replica) -> Flow:
    """Return what `reprise.taint` says of a project's stages and outs."""
    from dvc.repo import Repo

    from reprise.taint import flow

    with Repo(str(project.root)) as repo:
        return flow(repo)


def try_secret(
    reference: Replica, flow: Flow, secret: Secret, target: Path, *, quick: bool, goals: Sequence[str] = ()
) -> Finding:
    """Change a secret in a copy of a computed project, recompute, and compare.

    Parameters
    ----------
    reference
        A project in which everything is computed.
    flow
        Its flow of secrets, from `read_flow`.
    secret
        What to change.
    target
        Where the copy is made.
    quick
        Whether to run only declassifiers, and stages that promise to keep some out apart: what others make may depend on the secret,
        whatever it is, so to run them proves nothing more.
    goals
        Stages up to which everything runs, where not ``quick``; none: all.

    Raises
    ------
    BadInput
        If the secret could not be changed, so that nothing would be proven.
    """
    import numpy as np

    allowed, gates = _allowed(reference, flow, secret)
    before = reference.files()
    copy = reference.copy(target)
    copy.record(secret.perturb(copy.root, np.random.default_rng(0)))
    born = differences(before, copy.files())
    if not born:
        raise BadInput(
            f"{secret.name}: changing it changed no file, so nothing is proven (has this corpus any?)"
        )
    ran: Collection[str] = ()
    if gates or not quick:
        ran = stages_that_ran(copy.dvc("repro", *(gates if quick else goals)))
    after = copy.files()
    stages = {out["stage"]: path for path, out in copy.locked_outs().items()}
    waiting = set(json.loads(copy.dvc("status", "--json"))) & set(stages)  # others were never computed here
    changed = [path for path in differences(before, after) if path not in born]
    forbidden = [
        path
        for path in changed
        if not _within(path, allowed) or any(fnmatch(path, pattern) for pattern in secret.unmoved)
    ]
    forbidden += [
        f"{stages[name]} (its stage would run again)"
        for name in waiting
        if not _within(stages[name], allowed)
    ]
    idle = set(stages) - waiting - set(ran)
    if quick:  # what was left may change what comes after it
        idle = {name for name in idle if not _within(stages[name], allowed)}
    groups = (_families(names, stages) for names in (ran, waiting, idle))
    return Finding(born, changed, sorted(forbidden), *groups)


def differences(before: Files, after: Files) -> list[str]:
    """Return the paths of files that differ, or that only one side has."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def report(secret: Secret, finding: Finding) -> str:
    """Say what was found, the list of stages that cannot depend on the secret at its centre."""
    lines = [
        f"{secret.name}: changed {', '.join(finding.born)}",
        f"  ran again: {', '.join(finding.ran) or 'nothing'}",
        f"  may depend on it and was left: {', '.join(finding.waiting) or 'nothing'}",
        f"  cannot depend on it, skipped by DVC: {', '.join(finding.untouched) or 'nothing'}",
        f"  {len(finding.changed)} files changed, {len(finding.forbidden)} of them must not",
    ]
    lines += [f"  INTERFERENCE: {path} depends on {secret.name}" for path in finding.forbidden]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Try secrets; return 1 if one got out."""
    from reprise.perturb import SECRETS

    parser = argparse.ArgumentParser(
        prog="reprise noninterference",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("root", nargs="?", default=".", help="project root (default: here)")
    parser.add_argument("--secrets", help=f"comma-separated, of {', '.join(SECRETS)} (default: all)")
    parser.add_argument(
        "--quick", action="store_true", help="the corpus as it is (it must be computed); without rows-test"
    )
    parser.add_argument(
        "--tracks-per-genre", type=int, default=8, help="size of the small corpus (default: 8)"
    )
    parser.add_argument("--models", help="comma-separated: models of the small corpus (default: all)")
    parser.add_argument(
        "--until",
        help="comma-separated: stages of the small corpus up to which everything runs (default: all)",
    )
    parser.add_argument("--jobs", type=int, default=1, help="secrets tried at a time (default: 1)")
    parser.add_argument("--keep", action="store_true", help="leave the copies for inspection")
    options = parser.parse_args(argv)
    names = options.secrets.split(",") if options.secrets else list(QUICK if options.quick else SECRETS)
    unknown = sorted(set(names) - set(SECRETS))
    if unknown:
        parser.error(f"no such secret: {', '.join(unknown)}; there are {', '.join(SECRETS)}")
    root = Path(options.root).resolve()
    (root / WORLDS).mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="try-", dir=root / WORLDS))
    try:
        return _try_all(root, place, [SECRETS[name] for name in names], options)
    finally:
        if options.keep:
            print(f"copies are in {place}")
        else:
            shutil.rmtree(place)


def _try_all(root: Path, place: Path, secrets: Sequence[Secret], options: argparse.Namespace) -> int:
    cache = place / "cache" if options.quick else root / WORLDS / "cache"
    reference = make(root, place / "reference", cache)
    lend_machine_code(root, reference.root)
    if options.quick:
        link_cache(original(root), cache)
        reference.dvc("checkout", "-q")
    else:
        shrink(reference.root, options.tracks_per_genre)
        if options.models:
            keep_models(reference.root, options.models.split(","))
    print(f"reference: {'the project as it is' if options.quick else 'a small world'}", flush=True)
    goals = options.until.split(",") if options.until and not options.quick else []
    ran = stages_that_ran(reference.dvc("repro", *goals))
    print(f"  {len(ran)} stages ran, or had run on these inputs before", flush=True)
    flow, forbidden = read_flow(reference), 0

    def try_one(secret: Secret) -> Finding:
        return try_secret(reference, flow, secret, place / secret.name, quick=options.quick, goals=goals)

    with ThreadPoolExecutor(options.jobs) as pool:
        for secret, finding in zip(secrets, pool.map(try_one, secrets), strict=True):
            forbidden += len(finding.forbidden)
            print(report(secret, finding), flush=True)
    print(f"{len(secrets)} secrets, {forbidden} files depend on one that must not")
    return int(forbidden > 0)


def _allowed(project: Replica, flow: Flow, secret: Secret) -> tuple[list[str], list[str]]:
    """Return the outs that may depend on a secret, and the stages by which it could reach others."""
    taints, outs = flow
    if secret.label is None:
        return list(outs), [stage.name for stage in taints]
    gates = {stage.name for stage in taints if secret.label in stage.secrets and stage.declassifies}
    for path, out in project.locked_outs().items():
        if any(fnmatch(path, pattern) or pattern.startswith(f"{path}/") for pattern in secret.unmoved):
            gates.add(out["stage"])
    return [path for path, secrets in outs.items() if secret.label in secrets], sorted(gates)


def _families(names: Iterable[str], stages: Iterable[str]) -> list[str]:
    """Write ``train@*`` for all stages of one ``matrix`` or ``foreach``."""
    names = set(names)
    families = Counter(name.split("@")[0] for name in stages)
    found = Counter(name.split("@")[0] for name in names)
    whole = {family for family in found if found[family] == families[family] > 1}
    return sorted({f"{family}@*" if (family := name.split("@")[0]) in whole else name for name in names})


def stages_that_ran(output: str) -> list[str]:
    """Return the stages that DVC ran, or whose outs it took from its run cache, for it ran them on these inputs before."""
    return re.findall(r"^(?:Running stage|Stage) '([^']+)'(?: is cached.*|:)$", output, re.MULTILINE)


def _within(path: str, outs: Sequence[str]) -> bool:
    return any(PurePath(path).is_relative_to(out) for out in outs)


if __name__ == "__main__":
    sys.exit(guarded(main))
