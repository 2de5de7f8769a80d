"""Say whether the project can run here as it should: confinement, versions, machine, disk, DVC, git, parameters.

    reprise doctor

Exit status 0: it can, perhaps with warnings. 1: something must be put right first; each line says what to do.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from reprise.errors import RepriseError
from reprise.exits import guarded
from reprise.mending import MERGE
from reprise.surroundings import BAD, GOOD, NOTE, Remark, confinement, machine, versions

RECONCILE = {
    "dvc.lock": "`git checkout --ours dvc.lock metrics plots`, then `dvc repro`: what either side computed and still holds is taken from the cache, the rest is computed",
    "dvc.yaml": "decide which stages are meant, then `python -m reprise.wiring --write`",
    "params.yaml": "decide which values are meant, then `dvc repro`",
}
DVC_CACHE_TYPES = frozenset({"reflink", "hardlink", "copy"})


def files(root: Path) -> Iterator[Remark]:
    """Look for the traces of a merge, and at the parameters."""
    from reprise.confine.view import read_yaml
    from reprise.schema import validate

    torn = [
        name
        for name in RECONCILE
        if (root / name).exists() and MERGE.search((root / name).read_text(encoding="utf-8"))
    ]
    for name in torn:
        yield Remark(BAD, name, f"holds the marks of a merge that is not finished: {RECONCILE[name]}")
    if "params.yaml" in torn:
        return
    try:
        validate(read_yaml(root / "params.yaml"))
    except RepriseError as error:
        yield Remark(BAD, "params.yaml", str(error))
    else:
        yield Remark(GOOD, "params.yaml", "valid")


def results(root: Path) -> Iterator[Remark]:
    """Look at DVC's cache and remote, at git, and at what was not computed."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    from reprise.replica import original

    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True)
    yield Remark(
        GOOD if not git.returncode else BAD,
        "git",
        git.stdout.strip() or "no repository, or no commit: DVC needs one",
    )
    try:
        with Repo(str(root)) as repo:
            stages = [stage.name for stage in repo.index.stages]
            cached = {out.def_path for out in repo.index.outs if out.use_cache}
            types = set(repo.config["cache"].get("type") or ("copy",))
            remotes = sorted(repo.config["remote"])
    except DvcException as error:
        yield Remark(BAD, "dvc", f"cannot read the pipeline: {error}")
        return
    strange = types - DVC_CACHE_TYPES
    if strange:
        yield Remark(
            BAD,
            "dvc cache",
            f"cache.type {', '.join(sorted(strange))}: stages may not follow links into the cache; `dvc config cache.type reflink,hardlink,copy`",
        )
    yield Remark(GOOD, "dvc remote", ", ".join(remotes) or "none: results stay on this machine")
    project = original(root)
    locked = project.locked_outs() if (root / "dvc.lock").exists() else {}
    present = {out["stage"] for out in locked.values()}
    absent = sorted(
        {
            out["stage"]
            for path, out in locked.items()
            if path in cached and project.cached(out["md5"]) is None
        }
    )
    missing = sorted(set(stages) - present)
    if missing:
        yield Remark(NOTE, "results", f"never computed: {', '.join(missing)}; `dvc repro`")
    if absent:
        yield Remark(
            NOTE,
            "results",
            f"on record, but not in the cache here, from {len(absent)} stages; `dvc pull`, or `dvc repro`",
        )
    if not missing and not absent:
        yield Remark(GOOD, "results", f"of all {len(stages)} stages are here")


def unused(root: Path) -> Iterator[Remark]:
    """List deps that stages declared and did not open when they last ran here."""
    from reprise.confine.opened import accounts, never_opened
    from reprise.confine.view import stage_views

    views = stage_views(root)
    kept = accounts(root, views)
    found = {stage: never_opened(stage, views, kept) for stage in kept}
    for stage, deps in found.items():
        if deps:
            yield Remark(NOTE, stage, f"declared but never opened: {', '.join(deps)}")
    if kept and not any(found.values()):
        yield Remark(GOOD, "deps", f"all data deps of the {len(kept)} stages that ran here were opened")


def tables(root: Path) -> Iterator[Remark]:
    """List tables that are not what their stage made: what is on the disk is then no result of the pipeline."""
    from reprise.edited import edited, told

    for path in edited(root):
        yield Remark(BAD, path, told(root, path))


CHECKS: tuple[Callable[[Path], Iterable[Remark]], ...] = (
    confinement,
    versions,
    machine,
    files,
    results,
    tables,
    unused,
)


def examine(root: Path) -> list[Remark]:
    """Look at everything; a project whose files are torn is looked at no further."""
    found: list[Remark] = []
    for check in CHECKS:
        if check in (results, tables, unused) and any(
            remark.level == BAD and remark.about in RECONCILE for remark in found
        ):
            continue
        found += check(root)
    return found


def main(argv: list[str] | None = None) -> int:
    """Print what was found; return 1 if something must be put right."""
    parser = argparse.ArgumentParser(
        prog="reprise doctor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("root", nargs="?", default=".", help="project root (default: here)")
    remarks = examine(Path(parser.parse_args(argv).root).resolve())
    width = max(len(remark.about) for remark in remarks)
    for remark in remarks:
        print(f"{remark.level:7}  {remark.about:{width}}  {remark.said}")
    problems = sum(remark.level == BAD for remark in remarks)
    print(f"{problems} problems" if problems else "ready")
    return int(problems > 0)


if __name__ == "__main__":
    sys.exit(guarded(main))
