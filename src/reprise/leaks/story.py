"""The story of one leak on a clone of the project: planted, seen, "fixed" as the design proposed, still there, truly fixed.

    python -m reprise.leaks.story --plant                        tell it
    python -m reprise.leaks.story --plant --write                and write docs/leak_story.md

What is told was run by this command, in copies, with the leaks of ``tests/leaks/planted``; without ``--plant`` nothing happens.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from reprise.errors import RepriseError
from reprise.leaks.entry import LAYERS, Leak
from reprise.leaks.layers import Verdict, ask, broken, stop
from reprise.leaks.music import draw, pool
from reprise.leaks.run import CORPUS, KEPT, chosen
from reprise.leaks.world import World, build, clear, plant, unconfine
from reprise.noninterference import Flow, read_flow, stages_that_ran
from reprise.pages.marks import between

PAGE = Path("docs/leak_story.md")
MARKS = ("<!-- story: made by `python -m reprise.leaks.story --plant --write` -->", "<!-- /story -->")
MODEL = "ae_multimodal"
"""The design's model: audio beside lyrics."""
GOALS = ("evaluate", "audit")
STORY = ("L01", "L03")
SOURCES = ("src", "stages", "dvc.yaml", "params.yaml")


@dataclass
class Chapter:
    """One state of the project.

    Attributes
    ----------
    title
        What was done.
    agreement
        How clusters of the lyrics embeddings alone agree with the genre: NMI and AMI.
    headline
        NMI of the selected model, as ``metrics/compare.json`` reports it; ``None`` where that stage was not run.
    verdict
        What each layer says.
    """

    title: str
    agreement: tuple[float, float]
    headline: float | None
    verdict: Verdict = field(default_factory=Verdict)


@dataclass
class Fix:
    """What the true fix did.

    Attributes
    ----------
    ran, skipped
        Stages that DVC ran (or restored, for it had run them on these inputs), and stages that it skipped.
    cone
        Stages that depend on what was changed, by DVC's own graph.
    diff
        What ``dvc metrics diff`` printed.
    same
        Whether ``dvc.lock`` is that of the clean world again, byte by byte.
    """

    ran: list[str]
    skipped: list[str]
    cone: list[str]
    diff: str
    same: bool


def agreement(root: Path) -> tuple[float, float]:
    """Cluster the lyrics embeddings into as many parts as there are genres, and compare: NMI, AMI."""
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

    from reprise.tables import read_table

    tracks = read_table(root / "data/lyrics/tracks/tracks.parquet")["track_id"]
    labels = read_table(root / "data/corpus/tracks/labels.parquet", "labels").set_index("track_id")["genre"]
    genres = labels.reindex(tracks).to_numpy(str)
    vectors = np.load(root / "data/lyrics/tracks/embeddings.npy")
    parts = KMeans(len(set(genres)), n_init=10, random_state=0).fit_predict(vectors)
    return float(normalized_mutual_info_score(genres, parts)), float(
        adjusted_mutual_info_score(genres, parts)
    )


def headline(root: Path) -> float | None:
    """Return the NMI that the comparison reports for the selected model."""
    import json

    path = root / "metrics/compare.json"
    if not path.exists():
        return None
    models = json.loads(path.read_text(encoding="utf-8"))["models"]
    return float(models[MODEL]["genre"]["nmi"]["value"]) if MODEL in models else None


def leaky(clean: World, flow: Flow, leak: Leak, place: Path, goals: tuple[str, ...]) -> tuple[World, Chapter]:
    """Plant a leak, ask the layers, and let everything downstream run."""
    world = clean.copy(place)
    plant(world, leak)
    verdict = Verdict({"S": broken(world), "R": stop(world, leak)})
    if verdict.seen["R"]:
        unconfine(world.project.root, [*leak.stages, "placebo"])
    world.project.dvc("repro", "--no-run-cache", *leak.stages)
    layers = "ND" if "audit" in goals else "N"
    ask(world, flow, leak, verdict, layers)
    world.project.dvc("repro", *goals)
    return world, Chapter(leak.what, agreement(world.project.root), headline(world.project.root), verdict)


def fix(clean: World, leaky_world: World, goals: tuple[str, ...]) -> Fix:
    """Put the project's own code back, `dvc repro`, and see what ran."""
    root = leaky_world.project.root
    _commit(root)
    for name in SOURCES:
        source, target = clean.project.root / name, root / name
        if source.is_dir():
            shutil.rmtree(target)
            shutil.copytree(source, target)
        else:
            target.unlink()
            shutil.copy2(source, target)
    cone = downstream(leaky_world)
    said = leaky_world.project.dvc("repro", *goals)
    skipped = re.findall(r"^Stage '([^']+)' didn't change, skipping", said, re.MULTILINE)
    diff = leaky_world.project.dvc("metrics", "diff", "--md", "--precision", "3")
    return Fix(stages_that_ran(said), skipped, cone, diff, _lock(root) == _lock(clean.project.root))


def downstream(world: World) -> list[str]:
    """Return the stages with an input that differs from the one they ran on, and all that depend on them, by DVC's graph."""
    import networkx as nx
    from dvc.repo import Repo

    computed = {out["stage"] for out in world.project.locked_outs().values()}
    with Repo(str(world.project.root)) as repo, repo.lock:
        graph = repo.index.graph
        changed = [stage for stage in graph if stage.name in computed and stage.changed_deps()]
        cone = set(changed).union(*(nx.ancestors(graph, stage) for stage in changed))
        return sorted({stage.name for stage in cone} & computed)


def _lock(root: Path) -> bytes:
    return (root / "dvc.lock").read_bytes()


def _commit(root: Path) -> None:
    """Make the copy a repository of its own with the leaky state committed, so that `dvc metrics diff` has something to compare with."""
    settings = root / ".dvc" / "config.local"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("no_scm = true", "no_scm = false"), encoding="utf-8"
    )
    who = ["-c", "user.name=story", "-c", "user.email=story@example.org"]
    for command in (
        ["init", "-q"],
        ["add", "-A", "dvc.lock", "dvc.yaml", "params.yaml", "metrics", ".dvc/config"],
        [*who, "commit", "-q", "-m", "leaky"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)


def told(clean: Chapter, chapters: list[Chapter], mended: Fix) -> str:
    """Return the story as Markdown."""
    lines = [
        "| state | NMI of lyrics embeddings with genre | their AMI | NMI of the selected model | seen by |",
        "|---|---|---|---|---|",
    ]
    for chapter in (clean, *chapters, Chapter("the true fix", clean.agreement, clean.headline)):
        score = "" if chapter.headline is None else f"{chapter.headline:.2f}"
        seen = " ".join(chapter.verdict.caught) or "nothing to see"
        lines.append(
            f"| {chapter.title} | {chapter.agreement[0]:.2f} | {chapter.agreement[1]:.2f} | {score} | {seen} |"
        )
    for number, chapter in enumerate(chapters, 1):
        lines += ["", f"### {number}. {chapter.title}", ""]
        lines += [
            f"- **{layer}** ({LAYERS[layer]}): {said or 'nothing'}"
            for layer, said in chapter.verdict.seen.items()
        ]
        lines += [f"- **{layer}** could not be asked: {why}" for layer, why in chapter.verdict.failed.items()]
    outside = sorted(set(mended.ran) - set(mended.cone))
    lines += [
        "",
        f"### {len(chapters) + 1}. The true fix: embeddings of the words themselves",
        "",
        (
            f"The project's own code is put back, then `dvc repro`. By DVC's graph {len(mended.cone)} stages depend on what was changed; {len(mended.ran)} of them ran, "
            f"{len(outside)} others did. Stages of the cone whose inputs came out the same were skipped as well."
        ),
        "",
        f"- ran: {', '.join(mended.ran)}",
        f"- skipped: {', '.join(mended.skipped)}",
        "",
        "`dvc.lock` is "
        + (
            "byte for byte that of the world that never leaked."
            if mended.same
            else "**not** that of the world that never leaked."
        ),
        "",
        "`dvc metrics diff` (the leaky state against the mended one; rows of the selected model's agreement):",
        "",
        *[
            line
            for line in mended.diff.splitlines()
            if line.startswith(("| Path", "|--"))
            or re.search(r"against\.genre\.all\.kmeans\.\w+\.value", line)
        ],
    ]
    return "\n".join(lines)


def replay(
    clean: World, leaks: list[Leak], place: Path, goals: tuple[str, ...] = GOALS
) -> tuple[Chapter, list[Chapter], Fix]:
    """Live through the story; the last leak is the one that is mended.

    Parameters
    ----------
    clean
        A world in which the goals are computed.
    leaks
        What is planted, one after the other.
    place
        An empty folder.
    goals
        Stages up to which everything runs.
    """
    flow = read_flow(clean.project)
    first = Chapter("the project as it is", agreement(clean.project.root), headline(clean.project.root))
    chapters, world = [], clean
    for leak in leaks:
        world, chapter = leaky(clean, flow, leak, place / leak.key, goals)
        chapters.append(chapter)
    return first, chapters, fix(clean, world, goals)


def main(argv: list[str] | None = None) -> int:
    """Tell the story."""
    parser = argparse.ArgumentParser(
        prog="reprise.leaks.story", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plant", action="store_true", help="really plant the leaks, in copies")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--tracks", type=int, default=8, help="tracks of each genre (default: 8)")
    parser.add_argument(
        "--pool", type=Path, default=CORPUS, help=f"corpus that the world is drawn from (default: {CORPUS})"
    )
    parser.add_argument("--root", type=Path, default=Path(), help="project root (default: here)")
    options = parser.parse_args(argv)
    if not options.plant:
        print("nothing is planted without --plant")
        return 0
    root = options.root.resolve()
    place = root / KEPT / "story"
    clear(place)
    try:
        world = build(
            root,
            place / "clean",
            root / KEPT / "cache",
            draw(pool(root / options.pool), options.tracks, 0),
            models=(MODEL, "ae_conditional"),
        )
        world.project.dvc("repro", *GOALS)
        text = told(*replay(world, chosen(root, ",".join(STORY)), place))
    except RepriseError as error:
        print(f"story: {error}", file=sys.stderr)
        return 1
    print(text)
    if options.write:
        old = (root / PAGE).read_text(encoding="utf-8")
        (root / PAGE).write_text(between(old, *_split(text)), encoding="utf-8")
    clear(place)
    return 0


def _split(text: str) -> tuple[str, str, str]:
    return MARKS[0], text, MARKS[1]


if __name__ == "__main__":
    sys.exit(main())
