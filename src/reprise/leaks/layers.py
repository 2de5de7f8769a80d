"""Ask each layer about a world with a leak in it, each alone: what one of them stops is let through for the others to judge."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprise.errors import RepriseError
from reprise.leaks.entry import Leak, few
from reprise.leaks.interference import interference
from reprise.leaks.world import World, clear, plant, unconfine
from reprise.noninterference import Flow

GOAL = "audit"


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
        A folder for the copy; emptied before (a trial that was killed leaves one) and removed afterwards.
    layers
        Letters of the layers to ask.
    dealt
        What `deal` made of the clean world, if it is there already.
    """
    verdict = Verdict()
    afterwards: Callable[[], None] = lambda: None  # noqa: E731 - nothing to do
    clear(place)
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
        said = stop(world, leak)
        if said:
            verdict.failed = {layer: said for layer in layers if layer != "S"}
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
        return few(broken_promises(stage_taints(repo), named_secrets(repo)))


def stop(world: World, leak: Leak) -> str:
    """Run the stages that leak, in their order, which may be none of the graph's; return why one of them did not get through.

    No result of an earlier run is taken: what a stage reads without declaring it is no part of the key under which DVC keeps results.
    """
    for stage in leak.stages:
        status, said = world.project.tried("repro", "--no-run-cache", stage)
        if status:
            return _last(said)
    return ""


def found(world: World) -> str:
    """Run everything and return what the audit calls a leak."""
    world.project.dvc("repro", GOAL)
    return few(leaks_found(world.project.root, ("leak",)))


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
