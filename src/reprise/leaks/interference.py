"""Layer N of a world with a leak in it: whether another secret gives another result."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from reprise.leaks.entry import Leak, few
from reprise.leaks.music import permute_genres
from reprise.leaks.world import World, clear, plant
from reprise.noninterference import Flow, differences
from reprise.perturb import SECRETS, Secret

RAW = "genre"
"""The secret that is changed before the first stage: whose genre is whose, in the raw folder."""
GATES = {RAW: ("download@tracks", "labels"), "affect-test": (), "rows-test": ()}
GENRE = frozenset({"genre-train", "genre-test"})


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
                seen = _changed(world, other, set(), flow, leak, None, [])
            else:
                other, born = _exchange(world, name, place)
                seen = _changed(world, other, born, flow, leak, SECRETS.get(name), _gates(world, name))
        finally:
            clear(place)
        if seen:
            return f"{name}: {few(seen)}"
    return ""


def keeps_gates(leak: Leak) -> bool:
    """Whether a leak changes neither the raw folder nor a stage that brings it in."""
    return leak.music is None and not set(GATES[RAW]) & set(leak.stages)


def deal(clean: World, place: Path) -> World:
    """Return a copy of a clean world in which every raw name, number and genre folder has another sound, and the first stages ran on that."""
    other, _ = _exchange(clean, RAW, place)
    other.project.dvc("repro", *_gates(clean, RAW))
    return other


def _exchange(world: World, name: str, place: Path) -> tuple[World, set[str]]:
    """Return a copy with another secret, and the files that were changed by hand."""
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
    return other, born


def _gates(world: World, name: str) -> list[str]:
    """Return the trusted stages that a secret passes first, as far as they are computed."""
    computed = {out["stage"] for out in world.project.locked_outs().values()}
    return [stage for stage in GATES.get(name, ("labels",)) if stage in computed]


def _changed(
    world: World,
    other: World,
    born: set[str],
    flow: Flow,
    leak: Leak,
    secret: Secret | None,
    gates: list[str],
) -> list[str]:
    """Run the trusted stages, then those that leak; name what differs and must not: outs, and stages that wait for another run in one of the worlds only."""
    before, allowed = world.project.files(), _allowed(flow, secret)

    def differ(still_to_run: set[str]) -> list[str]:
        paths = _forbidden(before, other, born, allowed, secret)
        return [path for path in paths if not other.project.owners([path]) & still_to_run]

    forbidden: list[str] = []
    while gates and not forbidden:
        gate, *gates = gates
        other.project.dvc("repro", gate)
        forbidden = differ(set(leak.stages) - {gate})
    forbidden = forbidden or differ(set(leak.stages))
    owners = {out["stage"]: path for path, out in other.project.locked_outs().items()}
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
    unmoved = secret.unmoved if secret is not None else ()
    return [
        path
        for path in differences(dict(before), other.project.files())
        if path not in born and (not allowed(path) or any(fnmatch(path, pattern) for pattern in unmoved))
    ]
