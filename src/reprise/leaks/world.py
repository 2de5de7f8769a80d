"""A small world: a copy of the project with few tracks and models, whose tracks come from a folder of music beside it."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.datasets.scan import scan
from reprise.leaks.entry import Edit, Leak
from reprise.leaks.music import Song, lay_out
from reprise.leaks.warm import WarmReplica
from reprise.replica import lend_machine_code, link_or_copy, make
from reprise.small_world import keep_models, shrink

MUSIC = "../music"
MODELS = ("pca", "ae_conditional")
"""One model without labels and one that is given them: enough to leak in both ways."""
SECONDS = 5
MARK = ".planted"
"""File in a world that may hold leaks: nothing is planted where it is not."""
PERMUTATIONS = 4999
LITTLE = {
    "pretrain.epochs": 1,
    "pretrain.crops_per_track": 1,
    "pretrain.embedding_crops": 2,
    "finetune.epochs": 1,
    "finetune.crops_per_track": 1,
    "finetune.embedding_crops": 2,
    "finetune.ranks": [2],
}
"""Training that no leak of the catalogue touches, and that takes longest: as little of it as runs."""
SONGS = 35
"""Rendered songs, five of each genre; with twelve rendered tracks of the role ``emotion`` they are the same in every world."""


@dataclass(frozen=True)
class World:
    """A copy of the project, ``place/project``, and its music, ``place/music``."""

    place: Path
    project: WarmReplica

    @property
    def music(self) -> Path:
        """The folder of raw music."""
        return self.place / "music"

    def copy(self, place: Path) -> World:
        """Copy both; large files as second names of the same."""
        shutil.copytree(self.music, place / "music", copy_function=link_or_copy)
        return World(place, self.project.copy(place / "project"))

    def scan(self) -> None:
        """Tell the project what the folder of music holds now."""
        with contextlib.redirect_stdout(io.StringIO()):
            scan(self.project.root, "folder")


def build(
    root: Path,
    place: Path,
    cache: Path,
    songs: Iterable[Song],
    *,
    seconds: int = SECONDS,
    models: tuple[str, ...] = MODELS,
) -> World:
    """Make a world; nothing in it is computed yet.

    Parameters
    ----------
    root
        The project.
    place
        A folder that does not exist yet.
    cache
        DVC cache that all worlds of a trial share, so that what two have in common is computed once.
    songs
        Its tracks.
    seconds
        Length of clips.
    models
        Models that are trained; the first is the selected one.
    """
    lay_out(songs, place / "music")
    made = make(root, place / "project", cache)
    world = World(place, WarmReplica(made.root, cache))
    shrink(made.root, 8)
    keep_models(made.root, models)
    set_params(
        made.root,
        {
            "model": models[0],
            "dataset": "folder",
            "datasets.folder.path": MUSIC,
            "datasets.folder.table": "table.csv",
            "datasets.folder.genre_from": "folder",
            "datasets.folder.seconds": seconds,
            "datasets.folder.crop": "start",
            "datasets.synthetic.song_tracks": SONGS,
            "audit.permutations": PERMUTATIONS,
        }
        | LITTLE,
    )
    lend_machine_code(root, made.root)
    (made.root / MARK).touch()
    world.scan()
    return world


def set_params(root: Path, values: Mapping[str, Any]) -> None:
    """Set parameters by their dotted names."""
    from ruamel.yaml import YAML

    yaml = YAML()
    params = yaml.load(root / "params.yaml")
    for dotted, value in values.items():
        *parents, last = dotted.split(".")
        node = params
        for name in parents:
            node = node[name]
        node[last] = value
    yaml.dump(params, root / "params.yaml")


def plant(world: World, leak: Leak) -> None:
    """Plant a leak in a copy that is marked for it.

    Raises
    ------
    RuntimeError
        If the project is not marked as such a copy, or the text that an edit is to replace does not stand in it exactly once: the code has
        moved on, and the leak with it.
    """
    root = world.project.root
    if not (root / MARK).exists():
        raise RuntimeError(f"{root} is no copy made for leaks; nothing is planted in it")
    for edit in leak.edits:
        replace_text(root, edit, leak.key)
    for stage, paths in leak.deps.items():
        declare(root, stage, paths)
    if leak.params:
        set_params(root, leak.params)
    if leak.music is not None:
        leak.music(world.music)
        world.scan()
    recorded = (
        [place for place, out in world.project.locked_outs().items() if out["stage"] in leak.same]
        if leak.same
        else []
    )
    if recorded:
        world.project.record(recorded)


def replace_text(root: Path, edit: Edit, key: str) -> None:
    """Make one change of a file, which gets a content of its own: a copy may share the old one."""
    path = root / edit.path
    text = path.read_text(encoding="utf-8")
    if text.count(edit.old) != 1:
        raise RuntimeError(
            f"{key}: {edit.path} holds {text.count(edit.old)} times, not once:\n{edit.old}\nthe code has moved on: write the leak anew"
        )
    path.unlink()
    path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")


def declare(root: Path, stage: str, paths: Collection[str]) -> None:
    """Add deps to a stage of ``dvc.yaml``."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 4096
    pipeline = yaml.load(root / "dvc.yaml")
    node = pipeline["stages"][stage]
    deps = node.get("do", node)["deps"]
    deps += [path for path in paths if path not in deps]
    yaml.dump(pipeline, root / "dvc.yaml")


def unconfine(root: Path, stages: Iterable[str]) -> None:
    """Let stages run without confinement, to see what the other layers would say: in a copy made for leaks only."""
    from ruamel.yaml import YAML

    if not (root / MARK).exists():
        raise RuntimeError(f"{root} is no copy made for leaks; its stages stay confined")
    yaml = YAML()
    yaml.width = 4096
    pipeline = yaml.load(root / "dvc.yaml")
    for stage in {name.split("@")[0] for name in stages}:
        node = pipeline["stages"][stage]
        node = node.get("do", node)
        words = str(node["cmd"]).split()
        script = next(place for place, word in enumerate(words) if word.startswith("stages/"))
        node["cmd"] = " ".join(
            ["OMP_NUM_THREADS=1", "PYTHONHASHSEED=0", f"PYTHONPATH={Path('src')}", "python", *words[script:]]
        )
    yaml.dump(pipeline, root / "dvc.yaml")


def clear(place: Path) -> None:
    """Remove a world."""
    if place.exists():
        for folder, _, _ in os.walk(place):
            os.chmod(folder, 0o700)
        shutil.rmtree(place)
