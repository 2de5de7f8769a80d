"""Plant every leak of ``tests/leaks/planted`` in copies of the real pipeline, and clean worlds beside them; print which layer sees what.

    reprise power                          list the leaks; nothing is planted
    reprise power --plant                  plant them in worlds drawn from the tracks that this project has computed, and print the matrix
    reprise power --plant --write          and put it into docs/leaks.md and README.md
    reprise power --plant --leaks L01,L15 --layers SR

Every outcome is kept (`.dvc/tmp/reprise/worlds/power`): a run that was stopped goes on, ``--fresh`` begins anew. Exit status 1: a leak that no
layer saw, or not every layer that its file names (``caught``); or an alarm in a clean world. The project, its cache and its data stay as they are: a leak exists in a copy only, and only with ``--plant``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from reprise.errors import BadInput
from reprise.exits import guarded
from reprise.leaks import matrix
from reprise.leaks.entry import LAYERS, Leak, collect
from reprise.leaks.interference import RAW, deal
from reprise.leaks.layers import GOAL, judge, leaks_found
from reprise.leaks.music import Song, draw, pool
from reprise.leaks.results import Results
from reprise.leaks.warm import WarmReplica
from reprise.leaks.world import MODELS, SECONDS, World, build, clear
from reprise.noninterference import Flow, read_flow
from reprise.pages.marks import between
from reprise.replica import WORLDS

KEPT = WORLDS / "power"
PLANTED = Path("tests") / "leaks" / "planted"
CORPUS = Path("data") / "corpus" / "tracks"
PAGES = {
    Path("docs/leaks.md"): (matrix.page, matrix.MARKS),
    Path("README.md"): (matrix.short, matrix.SHORT_MARKS),
}


def clean_world(root: Path, place: Path, songs: Sequence[Song], seed: int, tracks: int) -> World:
    """Return a computed world without a leak: the one that is there, or a new one."""
    target = place / f"clean-{seed}"
    done = target / "done"
    cache = place / "cache"
    if done.exists():
        return World(target, WarmReplica(target / "project", cache))
    clear(target)
    world = build(root, target, cache, draw(songs, tracks, seed))
    world.project.dvc("repro", GOAL)
    done.touch()
    return world


def dealt_world(place: Path, clean: World, seed: int) -> World:
    """Return a clean world whose raw folder was dealt anew: the one that is there, or a new one."""
    target = place / f"dealt-{seed}"
    if not (target / "done").exists():
        clear(target)
        deal(clean, target)
        (target / "done").touch()
    return World(target, WarmReplica(target / "project", clean.project.cache))


def try_clean(
    root: Path, place: Path, songs: Sequence[Song], results: Results, options: argparse.Namespace
) -> None:
    """Audit clean worlds; those that hold no leaks later are removed."""
    for seed in range(options.clean):
        if str(seed) in results.clean:
            continue
        world = clean_world(root, place, songs, seed, options.tracks)
        results.clean[str(seed)] = leaks_found(world.project.root, ("leak", "warn"))
        results.save()
        print(f"clean world {seed}: {', '.join(results.clean[str(seed)]) or 'no alarm'}", flush=True)
        if seed >= options.seeds:
            clear(world.place)


def try_leaks(
    root: Path, place: Path, songs: Sequence[Song], results: Results, options: argparse.Namespace
) -> None:
    """Plant every leak in every world and ask the layers that were not asked yet."""
    leaks = chosen(root, options.leaks)
    for seed in range(options.seeds):
        flow: Flow | None = None
        for leak in leaks:
            layers = results.missing(leak.key, seed, options.layers)
            if not layers:
                continue
            world = clean_world(root, place, songs, seed, options.tracks)
            flow = flow or read_flow(world.project)
            dealt = dealt_world(place, world, seed) if "N" in layers and RAW in leak.secrets else None
            verdict = judge(world, flow, leak, place / "trial", layers, dealt)
            results.add(leak.key, seed, verdict.seen, verdict.failed)
            print(
                f"{leak.key}, world {seed}: {verdict.caught or 'NOTHING'}; could not ask {verdict.failed or 'none'}",
                flush=True,
            )


def chosen(root: Path, names: str | None) -> list[Leak]:
    """Return the leaks of the catalogue, or those that are named.

    Raises
    ------
    BadInput
        If there is no such leak.
    """
    leaks = collect(root / PLANTED)
    if names is None:
        return leaks
    wanted = names.split(",")
    unknown = sorted(set(wanted) - {leak.key for leak in leaks})
    if unknown:
        raise BadInput(f"no leak {', '.join(unknown)}; there are {', '.join(leak.key for leak in leaks)}")
    return [leak for leak in leaks if leak.key in wanted]


def main(argv: list[str] | None = None) -> int:
    """List, or plant; return 1 if a leak got through or a clean world alarmed."""
    parser = argparse.ArgumentParser(
        prog="reprise power", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--plant", action="store_true", help="make worlds and plant leaks in them; without it they are listed"
    )
    parser.add_argument("--leaks", help="comma-separated keys (default: all)")
    parser.add_argument(
        "--layers", default="".join(LAYERS), help="letters of the layers to ask (default: SRND)"
    )
    parser.add_argument(
        "--seeds", type=int, default=1, help="worlds in which each leak is planted (default: 1)"
    )
    parser.add_argument("--clean", type=int, default=20, help="clean worlds (default: 20)")
    parser.add_argument("--tracks", type=int, default=8, help="tracks of each genre in a world (default: 8)")
    parser.add_argument(
        "--pool", type=Path, default=CORPUS, help=f"corpus that worlds are drawn from (default: {CORPUS})"
    )
    parser.add_argument(
        "--write", action="store_true", help="put the result into docs/leaks.md and README.md"
    )
    parser.add_argument("--fresh", action="store_true", help="forget earlier outcomes")
    parser.add_argument("--root", type=Path, default=Path(), help="project root (default: here)")
    options = parser.parse_args(argv)
    root = options.root.resolve()
    leaks = chosen(root, None)
    if not options.plant:
        print(
            *(f"{leak.key}  {leak.what}  (must be seen by {', '.join(leak.caught)})" for leak in leaks),
            sep="\n",
        )
        print(f"{len(leaks)} leaks; nothing is planted without --plant")
        return 0
    return _plant(root, options, leaks)


def _plant(root: Path, options: argparse.Namespace, leaks: list[Leak]) -> int:
    place = root / KEPT
    place.mkdir(parents=True, exist_ok=True)
    results = Results(place / "results.json") if options.fresh else Results.load(place / "results.json")
    if not (root / options.pool / "audio").is_dir():
        raise BadInput(
            f"{options.pool}: no tracks to draw worlds from; `dvc repro download@tracks`, or `dvc checkout`"
        )
    songs = pool(root / options.pool)
    drawn = draw(songs, options.tracks, 0)
    results.facts = {
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True
        ).stdout.strip(),
        "tracks": len(drawn),
        "artists": len({song.artist for song in drawn}),
        "genres": len({song.genre for song in drawn}),
        "seconds": SECONDS,
        "models": ", ".join(MODELS),
        "simulated": matrix.simulated((root / "docs" / "audit.md").read_text(encoding="utf-8")),
    }
    try_leaks(root, place, songs, results, options)
    try_clean(root, place, songs, results, options)
    print(matrix.page(leaks, results))
    if options.write:
        for path, (make, (begin, end)) in PAGES.items():
            text = (root / path).read_text(encoding="utf-8")
            (root / path).write_text(between(text, begin, make(leaks, results), end), encoding="utf-8")
    missed = [leak for leak in leaks if matrix.caught(leak, results)[0] < matrix.caught(leak, results)[1]]
    holes = matrix.unmet(leaks, results)
    if holes:
        print(f"power: a layer that must see a leak did not: {', '.join(holes)}", file=sys.stderr)
    return int(bool(missed or holes) or any(results.clean.values()))


if __name__ == "__main__":
    sys.exit(guarded(main))
