"""The project's parameters cut down, for proofs that run every stage and care for none of the scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from reprise.errors import BadParameter

SMALL = {
    "epochs": 3,
    "pretrain_epochs": 2,
    "min_steps": 1,
    "permutations": 20,
    "bootstrap": 20,
    "seeds": 2,
    "restarts": 10,
    "trees": 2,
}
"""The most of each of these parameters in a small world: what is proven does not hang on how well models learn."""
HEALTH = (
    "min_kl_nats",
    "min_active_share",
    "min_live_share",
)  # of models; one that learned for a second has none


def shrink(root: Path, tracks: int) -> None:
    """Make the parameters of a project those of a small world.

    Parameters
    ----------
    root
        A copy of the project: its ``params.yaml`` is rewritten, its ``dvc.lock`` removed.
    tracks
        Number of tracks of each genre.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    params = yaml.load(root / "params.yaml")
    small = {
        "tracks_per_genre": tracks,
        "emotion_tracks": 3 * max(4, tracks // 2),
        "song_tracks": 5 * tracks,
        "limit": tracks,
    }
    for name in {params[key] for key in ("dataset", "emotion_dataset", "songs_dataset")}:
        block = params["datasets"][name]
        block.update({key: value for key, value in small.items() if key in block})
    _lower(params)
    for key in HEALTH:
        params["training"][key] = 0.0
    params["training"]["max_cluster_share"] = 1.0
    yaml.dump(params, root / "params.yaml")
    (root / "dvc.lock").unlink(missing_ok=True)  # of results that are not this world's


def keep_models(root: Path, models: Collection[str]) -> None:
    """Take all other models out of a project: their parameters, and their stages of ``dvc.yaml``.

    Parameters
    ----------
    root
        A copy of the project.
    models
        The models that stay; the first takes the place of a selected one that does not.

    Raises
    ------
    BadParameter
        If there is no such model.
    """
    from ruamel.yaml import YAML

    from reprise.wiring import rewire

    yaml = YAML()
    params = yaml.load(root / "params.yaml")
    unknown = sorted(set(models) - set(params["models"]))
    if unknown:
        raise BadParameter(f"no model {', '.join(unknown)}; there are {', '.join(params['models'])}")
    for name in [name for name in params["models"] if name not in models]:
        del params["models"][name]
    if params["model"] not in models:
        params["model"] = next(iter(models))
    yaml.dump(params, root / "params.yaml")
    pipeline = root / "dvc.yaml"
    pipeline.write_text(rewire(pipeline.read_text(encoding="utf-8"), root), encoding="utf-8")


def _lower(node: Mapping[str, Any]) -> None:
    for key, value in node.items():
        if isinstance(value, dict):
            _lower(value)
        elif key in SMALL and isinstance(value, int) and value > SMALL[key]:
            node[key] = SMALL[key]  # type: ignore[index]
