"""Prove from DVC's own graph what each stage cannot depend on.

    python -m reprise.taint             exit 1 and the route of the secret, if a promise is broken

A secret is named where it is born, on an out:        ``data/labels/test: {labels: [genre-test]}``
A stage may promise ignorance:                        ``meta: {free_of: [genre-test]}``
A stage may be trusted to keep a secret to itself:    ``meta: {declassifies: true}``
A dep may be a person's own choice, as parameters are: ``meta: {by_hand: [inputs/names.yaml]}``

Every out of a stage carries all secrets of all its deps and those named on it; an out of a declassifying stage carries only those named on it. Data
that no stage made (a raw folder) carries every secret there is; code and parameters carry none. The proof holds because a stage can read only what it declares (`reprise.hermetic`); that a declassifier deserves its
trust is tested by experiment. Annotations are no part of ``dvc.lock``: changing them runs nothing again.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dvc.repo import Repo

CODE = ".py"
META_KEYS = frozenset({"free_of", "declassifies", "by_hand"})


@dataclass(frozen=True)
class StageTaint:
    """What one stage may depend on.

    Attributes
    ----------
    name
        Address, e.g. ``train@pca``.
    secrets
        Secrets its deps may carry, each with the route it takes: paths of outs from its birth to the dep, joined by arrows.
    born
        Secrets that are named on its outs.
    promised
        Secrets it promises not to depend on.
    declassifies
        Whether it is trusted to keep secrets from its outs.
    unknown
        Keys of its ``meta`` that mean nothing here: misspelt promises.
    """

    name: str
    secrets: dict[str, str]
    born: frozenset[str]
    promised: tuple[str, ...]
    declassifies: bool
    unknown: tuple[str, ...]


def stage_taints(repo: Repo) -> list[StageTaint]:
    """Follow the secrets through the pipeline.

    Parameters
    ----------
    repo
        An opened DVC repository.

    Returns
    -------
    list of StageTaint
        In an order in which data can flow, stages before those that read their outs.
    """
    return flow(repo)[0]


def flow(repo: Repo) -> tuple[list[StageTaint], dict[str, frozenset[str]]]:
    """Return the stages as `stage_taints` does, and the secrets that each out may carry, by path."""
    import networkx as nx

    carried: list[tuple[Any, dict[str, str]]] = []  # an out, and the route of each secret it may carry
    found = []
    graph = repo.index.graph  # an edge goes from a stage to the one whose out it reads
    for stage in nx.lexicographical_topological_sort(graph.reverse(), key=_name):
        meta = dict(stage.meta or {})
        by_hand = {os.path.normpath(path) for path in meta.get("by_hand", ())}
        raw = [dep for dep in stage.deps if os.path.normpath(dep.def_path) not in by_hand]
        secrets = _arriving(stage.deps, carried) | _raw(raw, carried, named_secrets(repo))
        named = {out: [str(label) for label in out.annot.labels] for out in stage.outs}
        for out in stage.outs:
            passed = {} if meta.get("declassifies") else secrets
            routes = {secret: f"{route} → {out.def_path}" for secret, route in passed.items()}
            carried.append((out, routes | dict.fromkeys(named[out], out.def_path)))
        if stage.is_data_source:
            continue
        found.append(
            StageTaint(
                name=_name(stage),
                secrets=secrets,
                born=frozenset(label for labels in named.values() for label in labels),
                promised=tuple(map(str, meta.get("free_of", ()))),
                declassifies=bool(meta.get("declassifies", False)),
                unknown=tuple(sorted(set(meta) - META_KEYS)),
            )
        )
    return found, {out.def_path: frozenset(routes) for out, routes in carried}


def broken_promises(taints: Iterable[StageTaint], named: frozenset[str]) -> list[str]:
    """Return a sentence for each promise that does not hold, or that cannot mean what it says.

    Parameters
    ----------
    taints
        The stages.
    named
        All secrets that are named on some out.
    """
    found = []
    for stage in taints:
        for secret in stage.promised:
            if secret not in named:
                known = ", ".join(sorted(named)) or "none"
                found.append(
                    f"{stage.name} promises not to depend on '{secret}', which no out is labelled with (secrets: {known})"
                )
            elif secret in stage.secrets:
                found.append(
                    f"{stage.name} promises not to depend on '{secret}', but can: {stage.secrets[secret]}"
                )
        for key in stage.unknown:
            found.append(
                f"{stage.name}: meta key '{key}' is unknown; valid are {', '.join(sorted(META_KEYS))}"
            )
    return found


def named_secrets(repo: Repo) -> frozenset[str]:
    """Return all secrets that are named on some out."""
    return frozenset(str(label) for out in repo.index.outs for label in out.annot.labels)


def describe(taints: Iterable[StageTaint]) -> str:
    """Return one line for each stage: what it may depend on."""
    rows = list(taints)
    width = max((len(stage.name) for stage in rows), default=0)
    lines = []
    for stage in rows:
        secrets = ", ".join(sorted(stage.secrets)) or "no secret"
        notes = ["declassifies"] * stage.declassifies + [f"promised: {len(stage.promised)}"] * bool(
            stage.promised
        )
        lines.append(
            f"{stage.name:{width}}  may depend on: {secrets}" + (f"  ({'; '.join(notes)})" if notes else "")
        )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Print what each stage may depend on; return 1 if a promise is broken."""
    from dvc.repo import Repo

    parser = argparse.ArgumentParser(prog="reprise.taint", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("root", nargs="?", default=".", help="project root (default: here)")
    with Repo(str(Path(parser.parse_args(argv).root))) as repo:
        taints, named = stage_taints(repo), named_secrets(repo)
    broken = broken_promises(taints, named)
    print(describe(taints))
    print(
        f"{sum(len(stage.promised) for stage in taints)} promises about {len(named)} secrets, {len(broken)} broken"
    )
    for sentence in broken:
        print(sentence, file=sys.stderr)
    return int(bool(broken))


def _name(stage: Any) -> str:
    """Name a stage as DVC does at the project root, wherever this runs."""
    name = str(getattr(stage, "name", None) or "")
    return name if stage.path_in_repo == "dvc.yaml" else f"{stage.path_in_repo}:{name}".rstrip(":")


def _arriving(deps: Iterable[Any], carried: list[tuple[Any, dict[str, str]]]) -> dict[str, str]:
    """Secrets that deps carry, by the shortest route."""
    arriving: dict[str, str] = {}
    for dep in deps:
        for out, routes in carried:
            if _overlap(dep.fs_path, out.fs_path):
                for secret, route in routes.items():
                    arriving[secret] = min(
                        arriving.get(secret, route), route, key=lambda path: (len(path), path)
                    )
    return arriving


def _raw(
    deps: Iterable[Any], carried: list[tuple[Any, dict[str, str]]], named: frozenset[str]
) -> dict[str, str]:
    """All secrets, if a dep is data that no stage made: nobody has taken them out of it."""
    for dep in deps:
        path = None if hasattr(dep, "params") else dep.fs_path  # parameters have a path too
        if path and not path.endswith(CODE) and not any(_overlap(path, out.fs_path) for out, _ in carried):
            return dict.fromkeys(named, f"{dep.def_path} (made by no stage)")
    return {}


def _overlap(dep: str | None, out: str | None) -> bool:
    """Whether one path is the other, or lies in it. Parameters have no path."""
    if not dep or not out:
        return False
    return dep == out or dep.startswith(f"{out}{os.sep}") or out.startswith(f"{dep}{os.sep}")


if __name__ == "__main__":
    sys.exit(main())
