"""Scores of trainings, kept in a file, and the section that `zoo.py` makes of them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from sections import machine
from zoo_data import Collection

TRANSDUCTIVE, OTHERS, UNSEEN = "transductive", "other tracks", "inductive, never seen"
VAE = ((0.48, 0.34), (0.54, 0.39))
TARGETS = {
    "basic_vae": VAE,
    "conv_vae": VAE,
    "beta_vae": VAE,
    "vade": VAE,
    "temporal_vae": VAE,
    "contrastive": ((0.50, 0.32), (0.56, 0.40)),
    "wccn": ((0.60, 0.43), (0.66, 0.50)),
    "stack": ((0.60, 0.43), (0.70, 0.57)),
}
"""AMI and ARI of transductive K-Means: what a model must reach, and should."""


@dataclass(frozen=True)
class Score:
    """AMI and ARI of one training, judged in one case by one method of clustering."""

    model: str
    seed: int
    case: str
    method: str
    ami: float
    ari: float


@dataclass
class Scores:
    """All scores, and why models have none."""

    found: list[Score] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None) -> Scores:
        """Return what a file keeps; nothing without one."""
        if path is None or not path.exists():
            return cls()
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls([Score(**row) for row in kept["found"]], kept["absent"])

    def write(self, path: Path | None) -> None:
        """Keep the scores in a file, if there is to be one."""
        if path is not None:
            content = {"found": [asdict(score) for score in self.found], "absent": self.absent}
            path.write_text(json.dumps(content, indent=1), encoding="utf-8")

    def has(self, model: str, seed: int) -> bool:
        """Whether a training was judged."""
        return model in self.absent or any((s.model, s.seed) == (model, seed) for s in self.found)

    def add(self, model: str, found: list[Score] | str) -> None:
        """Take the scores of a training, or why there are none."""
        if isinstance(found, str):
            self.absent[model] = found
        else:
            self.found += found

    def rows(self) -> list[list[Score]]:
        """Return the scores of a model, case and method, by seed, as the table shows them."""
        keys = dict.fromkeys((s.model, s.case, s.method) for s in self.found)
        order = list(dict.fromkeys(model for model, _, _ in keys))
        return [
            sorted((s for s in self.found if (s.model, s.case, s.method) == key), key=lambda s: s.seed)
            for key in sorted(keys, key=lambda key: order.index(key[0]))
        ]


def interval(values: Sequence[float]) -> str:
    """Return mean, half the width of its 95 % interval over seeds (Student), and the value of each seed."""
    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return f"{mean:.3f}"
    if max(values) == min(values):
        return f"{mean:.3f} (all seeds)"
    half = float(student.ppf(0.975, count - 1)) * float(np.std(values, ddof=1)) / count**0.5
    return f"{mean:.3f} ± {half:.3f} ({' '.join(f'{value:.2f}' for value in values)})"


def target(of: list[Score]) -> str:
    """Return what was aimed at and what was reached."""
    first = of[0]
    if first.model not in TARGETS or (first.case, first.method) != (TRANSDUCTIVE, "K-Means"):
        return ""
    floor, ambition = TARGETS[first.model]
    means = np.mean([score.ami for score in of]), np.mean([score.ari for score in of])
    reached = [means[0] >= ami and means[1] >= ari for ami, ari in (floor, ambition)]
    word = "ambition reached" if all(reached) else "floor reached" if reached[0] else "below the floor"
    return f"{floor[0]}/{floor[1]} → {ambition[0]}/{ambition[1]}: {word}"


def section(options: argparse.Namespace, collection: Collection, scores: Scores) -> str:
    """Return the section of the page."""
    command = f"--data {options.data} --seeds {options.seeds}"
    command += "" if options.real is None else " --real PATH"
    command += f" --models {options.models}" if options.models else ""
    command += " --others FOLDER" if options.others else ""
    command += " --scores FILE" if options.scores else ""
    kinds = len(set(collection.genres.tolist()))
    unseen = (
        f"{len(collection.others)} {OTHERS}, {collection.about_others}, are embedded by the same models, which learned from none "
        "of them."
        if len(collection.others)
        else f"{len(collection.unseen)} of them are never seen in the inductive case."
    )
    table = [
        f"| {of[0].model} | {of[0].case} | {of[0].method} | {len(of)} | {interval([s.ami for s in of])} | "
        f"{interval([s.ari for s in of])} | {target(of)} |"
        for of in scores.rows()
    ]
    head = [
        "| representation | case | clustering | seeds | AMI | ARI | floor → ambition |",
        "|---|---|---|---|---|---|---|",
    ]
    short = sorted(
        {
            of[0].model
            for of in scores.rows()
            if len(of) < options.seeds and of[0].model not in collection.peers
        }
    )
    unfinished = (
        [f"Not finished: fewer than {options.seeds} seeds of {', '.join(short)}; the same command goes on."]
        if short
        else []
    )
    return "\n\n".join(
        [
            f"## The models on {options.data}",
            f"Made by `python benchmarks/zoo.py {command}` on {machine()}.",
            (
                f"{len(collection.own)} tracks of {kinds} genres. {unseen} AMI and ARI: the mean over training seeds, half the "
                "width of its 95 % interval, and each seed; 0 is chance. The interval is over training, not over tracks: as many "
                "other tracks would scatter more."
            ),
            *unfinished,
            "\n".join([*head, *table]),
            *(f"`{name}` is not available: {why}." for name, why in scores.absent.items()),
        ]
    )
