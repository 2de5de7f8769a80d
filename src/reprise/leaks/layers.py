"""Ask each layer about a world with a leak in it, each alone: what one of them stops is let through for the others to judge."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from reprise.errors import RepriseError
from reprise.leaks.entry import Leak
from reprise.leaks.music import permute_genres
from reprise.leaks.world import World, clear, plant, unconfine
from reprise.noninterference import Flow, differences
from reprise.perturb import SECRETS, Secret

GOAL = "audit"
RAW = "genre"
"""The secret that is changed before the first stage: whose genre is whose, in the raw folder."""
GATES = {RAW: ("download@tracks", "labels"), "affect-test": (), "rows-test": ()}
GENRE = frozenset({"genre-train", "genre-test"})
SHOWN = 4


@dataclass
class Verdict:
    """What the layers say of one leak in one world.

    Attributes
    ----------
    seen
        Layer to what it saw; a layer that saw nothing is there with an empty text.
    failed
        Layers that could not be asked, and why.
    """

    seen: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def caught(self) -> str:
        """The letters of the layers that saw it."""
        return "".join(layer for layer in "SRND" if self.seen.get(layer))


def judge(
    clean: World, flow: Flow, leak: Leak, place: Path, layers: str, dealt: World | None = None
) -> Verdict:
    """Plant a leak in a copy of a clean world and ask the layers.

    Parameters
    ----------
    clean
        A world in which everything is computed.
    flow
        Its flow of secrets, as `reprise.noninterference.read_flow` gives it: what is promised.
    leak
        The leak.
    place
        A folder that does not exist yet; removed afterwards.
    layers
        Letters of the layers to ask.
    dealt
        What `deal` made of the clean world, if it is there already.
    """
    verdict = Verdict()
    afterwards: Callable[[], None] = lambda: None  # noqa: E731 - nothing to do
    try:
        world = clean.copy(place / "leaky")
        if leak.outside is not None:
            environment, afterwards = leak.outside(world.place)
            world.project.environment = environment
        plant(world, leak)
        if "S" in layers:
            verdict.seen["S"] = "" if _same_graph(clean, world) else broken(world)
        if set(layers) - {"S"}:
            _ask_the_rest(world, flow, leak, verdict, layers, dealt)
    finally:
        afterwards()
        clear(place)
    return verdict


def _ask_the_rest(
    world: World, flow: Flow, leak: Leak, verdict: Verdict, layers: str, dealt: World | None
) -> None:
    stopped = stop(world, leak)
    if stopped:
        unconfine(world.project.root, [*leak.stages, *(("placebo",) if _in_placebo(leak) else ())])
        status, said = world.project.tried("repro", *leak.stages)
        if status:
            verdict.failed = {layer: _last(said) for layer in layers if layer != "S"}
            return
    if "R" in layers:
        verdict.seen["R"] = stopped
    ask(world, flow, leak, verdict, layers, dealt)


def ask(
    world: World, flow: Flow, leak: Leak, verdict: Verdict, layers: str, dealt: World | None = None
) -> None:
    """Ask the layers that need a computed world: what they say, or why they cannot be asked, is put into the verdict."""
    questions: dict[str, Callable[[], str]] = {
        "N": lambda: interference(world, flow, leak, dealt),
        "D": lambda: found(world),
    }
    for layer, question in questions.items():
        if layer in layers:
            try:
                verdict.seen[layer] = question()
            except RepriseError as error:
                verdict.failed[layer] = _last(str(error))


def _same_graph(clean: World, world: World) -> bool:
    """Whether nothing changed that the graph is made of: then it says what it said of the clean world."""
    return all(
        (clean.project.root / name).read_bytes() == (world.project.root / name).read_bytes()
        for name in ("dvc.yaml", "params.yaml")
    )


def broken(world: World) -> str:
    """Return the promises of ``dvc.yaml`` that do not hold."""
    from dvc.repo import Repo

    from reprise.taint import broken_promises, named_secrets, stage_taints

    with Repo(str(world.project.root)) as repo:
        return _few(broken_promises(stage_taints(repo), named_secrets(repo)))


def stop(world: World, leak: Leak) -> str:
    """Run the stages that leak, confined; return why one of them did not get through."""
    if not leak.stages:
        return ""
    status, said = world.project.tried("repro", *leak.stages)
    return _last(said) if status else ""


def interference(world: World, flow: Flow, leak: Leak, dealt: World | None = None) -> str:
    """Change secrets in copies, run again what could let them out, and name what became different and must not.

    A stage that leaks is run again whether its inputs changed or not: it may read what it does not declare, which is then confinement's to stop.

    Parameters
    ----------
    world
        A world with the leak in it; the stages that leak have run.
    flow
        What the clean project promises.
    leak
        The leak.
    dealt
        The clean world after the raw folder was dealt anew and the first stages ran (`deal`), for leaks that change neither.
    """
    for name in leak.secrets:
        place = world.place.with_name(f"other-{name}")
        try:
            if name == RAW and dealt is not None and keeps_gates(leak):
                other = dealt.copy(place)
                other.project.environment = world.project.environment
                plant(other, leak)
                shutil.copy2(world.project.root / "dvc.yaml", other.project.root)  # as unconfined as there
                seen = _changed(world, other, set(), flow, leak, None)
            else:
                other, born = _exchange(world, name, place)
                seen = _changed(world, other, born, flow, leak, SECRETS.get(name))
        finally:
            clear(place)
        if seen:
            return f"{name}: {_few(seen)}"
    return ""


def keeps_gates(leak: Leak) -> bool:
    """Whether a leak changes neither the raw folder nor a stage that brings it in."""
    return leak.music is None and not set(GATES[RAW]) & set(leak.stages)


def deal(clean: World, place: Path) -> World:
    """Return a copy of a clean world in which every raw name, number and genre folder has another sound, and the first stages ran on that."""
    return _exchange(clean, RAW, place)[0]


def _exchange(world: World, name: str, place: Path) -> tuple[World, set[str]]:
    """Return a copy with another secret, in which the trusted stages ran again, and the files that were changed by hand."""
    before = world.project.files()
    other = world.copy(place)
    other.project.environment = world.project.environment
    rng = np.random.default_rng(0)
    born: set[str] = set()
    if name == RAW:
        permute_genres(other.music, rng)
        other.scan()
    else:
        other.project.record(SECRETS[name].perturb(other.project.root, rng))
        born = set(differences(before, other.project.files()))
    computed = {out["stage"] for out in world.project.locked_outs().values()}
    gates = [stage for stage in GATES.get(name, ("labels",)) if stage in computed]
    if gates:
        other.project.dvc("repro", *gates)
    return other, born


def _changed(
    world: World, other: World, born: set[str], flow: Flow, leak: Leak, secret: Secret | None
) -> list[str]:
    """Name what differs and must not: outs, and stages that wait for another run in one of the worlds only."""
    before, allowed = world.project.files(), _allowed(flow, secret)
    owners = {out["stage"]: path for path, out in other.project.locked_outs().items()}
    known, differ = other.project.owners, _forbidden(before, other, born, allowed, secret)
    forbidden = [path for path in differ if not known([path]) & set(leak.stages)]  # those are still to run
    if not forbidden and (secret is None or secret.label is not None):
        forbidden = [
            f"{stage} would run again"
            for stage in sorted(other.project.waiting() - world.project.waiting())
            if not allowed(owners[stage])
        ]
    if not forbidden:
        for stage in leak.stages:
            other.project.dvc("repro", "--force", "--single-item", stage)
        forbidden = _forbidden(before, other, born, allowed, secret)
    return forbidden


def _allowed(flow: Flow, secret: Secret | None) -> Callable[[str], bool]:
    """Return whether an out may depend on a secret, by what the clean project promises."""
    labels = GENRE if secret is None else {secret.label}
    outs = flow[1]

    def allowed(path: str) -> bool:
        if secret is not None and secret.label is None:
            return True
        return any(
            labels & secrets for out, secrets in outs.items() if path == out or path.startswith(f"{out}/")
        )

    return allowed


def _forbidden(
    before: Mapping[str, str],
    other: World,
    born: set[str],
    allowed: Callable[[str], bool],
    secret: Secret | None,
) -> list[str]:
    from fnmatch import fnmatch

    unmoved = secret.unmoved if secret is not None else ()
    return [
        path
        for path in differences(dict(before), other.project.files())
        if path not in born and (not allowed(path) or any(fnmatch(path, pattern) for pattern in unmoved))
    ]


def found(world: World) -> str:
    """Run everything and return what the audit calls a leak."""
    world.project.dvc("repro", GOAL)
    return _few(leaks_found(world.project.root, ("leak",)))


def leaks_found(root: Path, severities: tuple[str, ...]) -> list[str]:
    """Return the audit's findings of some severities, as ``check: subject``."""
    checks: dict[str, Any] = json.loads((root / "metrics/leakage.json").read_text(encoding="utf-8"))["checks"]
    return [
        f"{family}.{kind} ({subject})"
        for family, kinds in checks.items()
        for kind, subjects in kinds.items()
        for subject, finding in subjects.items()
        if finding["severity"] in severities
    ]


def _in_placebo(leak: Leak) -> bool:
    """Whether the placebo runs the code that leaks."""
    return any("/lyrics/" in edit.path or "/audio/" in edit.path for edit in leak.edits)


def _last(said: str) -> str:
    """Return the line of an output that says what went wrong."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    for mark in ("reached for", "it was refused"):
        for place, line in enumerate(lines):
            if mark in line:
                return f"{line} {' '.join(lines[place + 1 : place + 3])}".replace(os.sep + os.sep, os.sep)
    told = [line for line in lines if "Error" in line and not line.startswith("ERROR: failed to reproduce")]
    return (told or lines or ["no output"])[-1]


def _few(items: list[str]) -> str:
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return "; ".join(items[:SHOWN]) + more
