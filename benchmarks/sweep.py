"""Sweep a model's learning rate, latent size and epochs with DVC experiments; chosen on validation, reported on test.

    python benchmarks/sweep.py --model conv_vae                          the documented grid, only what would run
    python benchmarks/sweep.py --model conv_vae --run                    queue, run, collect; writes docs/sweeps/
    python benchmarks/sweep.py --model pca --grid latent_dim=8,16,32,64 --run

Each point is one ``dvc exp run --queue -S ...`` of the stages that the scores need. The point with the lowest validation
loss is chosen: no label takes part in the choice. Its agreement with genre on *test* tracks stands beside those of all
other points, so that a reader sees what another choice would have given. Run it in a clean checkout.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
GRID = {
    "learning_rate": ("0.0003", "0.001", "0.003"),
    "latent_dim": ("8", "32", "64"),
    "epochs": ("8", "16", "32"),
}
"""The documented grid of the VAEs, in steps of a factor of two to four."""
TARGET = "evaluate"
COLOURS = ("#ccbb44", "#4477aa", "#ee6677", "#228833", "#66ccee", "#aa3377")
PREFIX = "sweep"


@dataclass(frozen=True)
class Point:
    """One point of the grid.

    Parameters
    ----------
    values
        Parameter to value, as text.
    validation
        Validation loss of the epoch that was kept.
    ami, silhouette
        On test tracks with bounds over artists; of the clusters.
    """

    values: dict[str, str]
    validation: float
    ami: tuple[float, float, float]
    silhouette: float


def points(grid: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return every combination of the grid, in its order."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def name_of(model: str, values: Mapping[str, str]) -> str:
    """Return the name of the experiment of a point: letters, digits and hyphens."""
    text = "-".join([PREFIX, model, *(f"{key}-{value}" for key, value in values.items())])
    return re.sub(r"[^A-Za-z0-9]+", "-", text)


def queue(model: str, values: Mapping[str, str]) -> list[str]:
    """Return the command that queues a point."""
    sets = [f"model={model}", *(f"models.{model}.{key}={value}" for key, value in values.items())]
    if "epochs" in values:
        sets.append("training.min_steps=0")  # which would lengthen short trainings: epochs are what is swept
    options = [part for one in sets for part in ("-S", one)]
    return ["dvc", "exp", "run", "--queue", "--name", name_of(model, values), *options, TARGET]


def read_point(model: str, values: dict[str, str]) -> Point | None:
    """Return what an experiment measured, or ``None`` where it failed (a collapsed model, for instance)."""
    name = name_of(model, values)
    revision = _revision(name)
    if revision is None:
        print(f"{name}: no result; dvc queue logs {name}", file=sys.stderr)
        return None
    trained, scored = (_metrics(revision, path) for path in (f"train/{model}", "evaluate"))
    ami = _test(scored)
    silhouette = scored["separation"][scored["headline"]["method"]]["silhouette"]["value"]
    return Point(values, trained["validation"]["loss"], (ami["value"], ami["low"], ami["high"]), silhouette)


def chosen(found: Sequence[Point]) -> Point:
    """Return the point of the lowest validation loss; the first of equal ones."""
    return min(found, key=lambda point: point.validation)


def page(model: str, found: Sequence[Point], failed: int) -> str:
    """Return the page: the grid, the choice, and every point."""
    best = chosen(found)
    names = list(best.values)
    rows = [
        [
            *(point.values[name] for name in names),
            f"{point.validation:.4g}",
            f"{point.ami[0]:.3f} [{point.ami[1]:.3f}, {point.ami[2]:.3f}]",
            f"{point.silhouette:.3f}",
            "chosen" if point is best else "",
        ]
        for point in found
    ]
    header = [*names, "validation loss", "AMI with genre, test tracks", "silhouette", ""]
    table = ["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows)]
    picked = ", ".join(f"{name} {best.values[name]}" for name in names)
    highest = max(found, key=lambda point: point.ami[0])
    return "\n".join(
        [
            f"# Sweep of {model}",
            "",
            (
                f"Made by `python benchmarks/sweep.py --model {model} --grid {' '.join(_grid_text(found))} --run`. The validation loss "
                "chooses, without any label; AMI (K-Means, mean over clustering seeds, 95 % over artists) is reported on test tracks."
            ),
            "",
            (
                f"Chosen: {picked}, with AMI {best.ami[0]:.3f} [{best.ami[1]:.3f}, {best.ami[2]:.3f}]. The highest of all points is "
                f"{highest.ami[0]:.3f}: picking by it would be picking on the test tracks. Points without a result: {failed}."
            ),
            "",
            (
                "The loss of a VAE is a sum over the values of a crop, so points compare within one model only; a larger latent or "
                "more epochs lower it without having to help clusters."
            ),
            "",
            f"![validation loss and AMI]({model}.png)",
            "",
            *table,
            "",
        ]
    )


def draw(model: str, found: Sequence[Point], path: Path) -> None:
    """Draw AMI on test tracks over the validation loss: a dot for each point, in the colour of the last parameter's value."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.0), layout="constrained")
    axes = figure.add_subplot()
    best = chosen(found)
    *_, last = best.values
    for number, value in enumerate(dict.fromkeys(point.values[last] for point in found)):
        own = [point for point in found if point.values[last] == value]
        loss, ami = [point.validation for point in own], [point.ami[0] for point in own]
        bounds = [
            [point.ami[0] - point.ami[1] for point in own],
            [point.ami[2] - point.ami[0] for point in own],
        ]
        axes.errorbar(
            loss, ami, bounds, fmt="o", color=COLOURS[number % len(COLOURS)], lw=0.6, label=f"{last} {value}"
        )
    axes.scatter(best.validation, best.ami[0], s=120, facecolors="none", edgecolors="black")
    axes.legend(frameon=False, fontsize=8)
    axes.set_xlabel("validation loss, which chooses")
    axes.set_ylabel("AMI with genre, test tracks")
    axes.set_title(
        f"{model}, {len(found)} points; ringed: {' / '.join(best.values.values())}", loc="left", fontsize=11
    )
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130, metadata={"Software": None})


def main(arguments: Sequence[str] | None = None) -> None:
    """Queue, run, collect."""
    parser = argparse.ArgumentParser(prog="benchmarks/sweep.py", description=str(__doc__).partition("\n")[0])
    parser.add_argument("--model", required=True, help="a key of models in params.yaml")
    parser.add_argument(
        "--grid", nargs="*", metavar="KEY=A,B,C", help="parameters of the model and their values"
    )
    parser.add_argument("--run", action="store_true", help="run it; otherwise only say what would run")
    parser.add_argument("--jobs", type=int, default=2, help="points at a time (default: 2)")
    options = parser.parse_args(arguments)
    grid = dict(_axis(text) for text in options.grid) if options.grid else GRID
    every = points(grid)
    for values in every:
        print(" ".join(queue(options.model, values)))
    if not options.run:
        print(f"{len(every)} points; add --run to run them", file=sys.stderr)
        return
    for values in every:
        _call(queue(options.model, values))
    _call(
        ["dvc", "exp", "run", "--run-all", "--jobs", str(options.jobs)], check=False
    )  # a point that collapses is an answer as well
    results = [read_point(options.model, values) for values in every]
    found = [point for point in results if point is not None]
    if not found:
        sys.exit("no point of the grid gave a result; see the messages above")
    folder = ROOT / "docs" / "sweeps"
    folder.mkdir(parents=True, exist_ok=True)
    draw(options.model, found, folder / f"{options.model}.png")
    text = page(options.model, found, len(every) - len(found))
    (folder / f"{options.model}.md").write_text(text, encoding="utf-8")
    print(text)


def _axis(text: str) -> tuple[str, tuple[str, ...]]:
    key, _, values = text.partition("=")
    if not re.fullmatch(r"[a-z_]+", key) or not values:
        sys.exit(f"--grid {text}: write a parameter and its values, as in learning_rate=0.001,0.003")
    return key, tuple(values.split(","))


def _grid_text(found: Sequence[Point]) -> list[str]:
    return [f"{name}={','.join(dict.fromkeys(p.values[name] for p in found))}" for name in found[0].values]


def _test(scored: Mapping[str, Any]) -> dict[str, float]:
    """Return AMI of the headline's method with its attribute, on test tracks."""
    headline = scored["headline"]
    found: dict[str, float] = scored["against"][headline["attribute"]]["test"][headline["method"]]["ami"]
    return found


def _revision(name: str) -> str | None:
    """Return the commit of an experiment that began at this commit (those of others may have the same names), or ``None``."""
    head = _call(["git", "rev-parse", "HEAD"]).strip()
    reference = f"refs/exps/{head[:2]}/{head[2:]}/{name}"
    return _call(["git", "for-each-ref", "--format=%(objectname)", reference]).strip() or None


def _metrics(revision: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_call(["git", "show", f"{revision}:metrics/{name}.json"]))
    return found


def _call(command: list[str], *, check: bool = True) -> str:
    """Run a command in the project with this interpreter first on the path; show what it says, return its output."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, check=False)
    if check and done.returncode:
        sys.exit(f"{' '.join(command)} failed\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
