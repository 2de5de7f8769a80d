"""Our models beside scikit-learn, pythae and ClustPy: time of an epoch, loss, clusters; writes docs/benchmarks.md.

    pip install pythae==0.1.2; pip install --no-deps clustpy==0.0.3      optional: rows without them say so
    python benchmarks/models.py [--part speed|digits]

Reads the features that the pipeline has made. One thread; a few minutes for the speed, a quarter of an hour for the digits,
most of it ClustPy's. Each part has a section of its own, that of the digits written anew after every method.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from ruamel.yaml import YAML
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from reprise.evaluation.agreement import accuracy, ami
from reprise.evaluation.uncertainty import interval_over_seeds
from reprise.models.base import Shapes
from reprise.models.build import build_model
from reprise.models.neural import NeuralModel
from reprise.training.crops import Batch
from reprise.training.settings import Run, TrainingParams
from reprise.training.tracks import Tracks
from rivals import clustpy_vade, cpu_seconds, gmm_on_pca, mlp, pythae_seconds, why_absent
from sections import machine, write_section

ROOT = Path(__file__).resolve().parents[1]
FRAMES = ROOT / "data" / "features" / "tracks" / "frames"
TRACKS, REPEATS, AE_EPOCHS, VAE_EPOCHS, SEEDS = 100, 3, 20, (2, 6), 3
DIGITS: dict[str, Any] = {
    "form": "segment", "segment_frames": 8, "pool": 1, "crops_per_track": 1, "channels": [32, 64],
    "latent_dim": 10, "components": 10, "restarts": 10, "pretrain_epochs": 60, "epochs": 40, "learning_rate": 0.002,
    "joint_learning_rate": 0.0002, "batch_size": 64,
}  # fmt: skip


def settings(**changes: Any) -> TrainingParams:
    """Return the block ``training`` without thresholds and without early stopping."""
    block = _registry()["training"] | {"device": "cpu", "min_steps": 0, "patience": 10_000, "seeds": 1}
    free = {"min_kl_nats": 0.0, "min_active_share": 0.0, "min_live_share": 0.0, "max_cluster_share": 1.0}
    return TrainingParams.model_validate(
        {key: (block | free | changes)[key] for key in TrainingParams.model_fields}
    )


def tracks_of(mel: NDArray[Any], mfcc: NDArray[Any], train: int) -> Tracks:
    """Return tracks of which the first ``train`` are learned from and the others validate."""
    rows = np.arange(len(mel))
    ids = np.array([f"{row:016x}" for row in rows])
    none = np.zeros((len(mel), 0), np.float32)
    return Tracks(ids, mel, mfcc, rows[:train], rows[train:], none, np.zeros(len(mel), np.bool_))


def ours(
    name: str, config: dict[str, Any], tracks: Tracks, seed: int = 0, precision: str = "float32"
) -> tuple[float, NeuralModel, Any]:
    """Train a model; return processor seconds, the model and the report."""
    shapes = Shapes((tracks.mel.shape[1], tracks.mel.shape[2]), (tracks.mfcc.shape[1], tracks.mfcc.shape[2]))
    model = build_model(name, config, shapes, seed)
    assert isinstance(model, NeuralModel)
    seconds, report = cpu_seconds(lambda: model.fit(tracks, Run(settings(precision=precision), seed, None)))
    return seconds, model, report


def autoencoder() -> list[str]:
    """Compare ae_basic with MLPRegressor: same layers, data, rate, batches and epochs."""
    mel, mfcc = (np.load(FRAMES / f"{name}.npy", mmap_mode="r")[: TRACKS + 1] for name in ("mel", "mfcc"))
    tracks = tracks_of(mel, mfcc, TRACKS)
    config = _registry()["models"]["ae_basic"] | {"epochs": AE_EPOCHS}
    layers = (*config["hidden"], config["latent_dim"], *reversed(config["hidden"]))
    mine, theirs = [], []
    for _ in range(REPEATS):
        seconds, model, _ = ours("ae_basic", config, tracks)
        with torch.inference_mode():
            maps = torch.from_numpy(np.array(mfcc[:TRACKS], np.float32))
            error = float(model.losses(Batch(maps, None), torch.Generator())["reconstruction"].mean())
            flat = model.standardise(maps).flatten(1).numpy()
        mine.append((seconds / AE_EPOCHS, error))
        theirs.append(mlp(flat, layers, AE_EPOCHS, config["learning_rate"], config["batch_size"]))
    (a, loss), (b, other) = min(mine), min(theirs)
    return [
        f"| `ae_basic` against scikit-learn's MLPRegressor: processor s an epoch, {TRACKS} tracks | {a:.3f} | {b:.3f} | {b / a:.2f}x | ≥ 2x |",
        f"| the same: mean squared error after {AE_EPOCHS} epochs | {loss:.3f} | {other:.3f} | {loss - other:+.3f} | equal or lower |",
    ]


def variational() -> list[str]:
    """Compare an epoch of conv_vae with pythae's trainer: same networks, crops, batches, one validation pass.

    In single precision, as the pipeline trains and as pythae can, and in bf16 as ours can, which pays where the processor multiplies it.
    """
    what = "`conv_vae` against pythae's trainer: processor s an epoch, 875 crops"
    why = why_absent("pythae")
    if why:
        return [f"| {what} | – | – | {why} | ≥ 1.5x |"]
    mel, mfcc = (np.load(FRAMES / f"{name}.npy", mmap_mode="r")[:200] for name in ("mel", "mfcc"))
    tracks = tracks_of(mel, mfcc, 175)
    config = _registry()["models"]["conv_vae"]
    mine, brief, theirs = ({epochs: list[float]() for epochs in VAE_EPOCHS} for _ in range(3))
    for _ in range(REPEATS):
        for epochs in VAE_EPOCHS:
            seconds, model, _ = ours("conv_vae", config | {"epochs": epochs}, tracks)
            mine[epochs].append(seconds)
            brief[epochs].append(ours("conv_vae", config | {"epochs": epochs}, tracks, precision="bf16")[0])
            batches = model._batches(tracks)
            crops = [
                torch.cat([model.standardise(batch.values) for batch in batches.fixed(rows)]).numpy()
                for rows in (tracks.train, tracks.validation)
            ]
            fresh = build_model("conv_vae", config, model.shapes, 0)
            assert isinstance(fresh, NeuralModel)
            fresh.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # as torch lays it out
            theirs[epochs].append(pythae_seconds(fresh, crops[0], crops[1], epochs, config["batch_size"]))
    a, short, b = (_slope(found) for found in (mine, brief, theirs))
    return [
        f"| {what} | {a:.2f} | {b:.2f} | {b / a:.2f}x | ≥ 1.5x |",
        f"| the same, ours with `precision: bf16` | {short:.2f} | {b:.2f} | {b / short:.2f}x | |",
    ]


def _slope(seconds: dict[int, list[float]]) -> float:
    """Return the seconds of one epoch: what the longer run takes more, so that set-up does not count."""
    short, long = VAE_EPOCHS
    return (min(seconds[long]) - min(seconds[short])) / (long - short)


def digits() -> Iterator[str]:
    """Cluster scikit-learn's digits by VaDE, by a mixture on principal components, and by ClustPy's VaDE; yield the rows."""
    from sklearn.datasets import load_digits

    images, classes = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8).astype(np.float32)
    k, dimensions = DIGITS["components"], DIGITS["latent_dim"]
    methods: dict[str, Callable[[int], NDArray[np.int64]]] = {
        "a Gaussian mixture on as many principal components": lambda seed: gmm_on_pca(
            images, k, dimensions, seed
        ),
        "our `vade`": lambda seed: our_vade(images, seed),
    }
    for name, clusters in methods.items():
        yield _scored(name, clusters, classes)
    theirs, why = "ClustPy's VaDE, its defaults", why_absent("clustpy.deep")
    if why is None:
        yield _scored(theirs, lambda seed: clustpy_vade(images, k, dimensions, seed), classes)
    else:
        yield f"| {theirs} | {why} | – | – |"


def our_vade(images: NDArray[np.float32], seed: int) -> NDArray[np.int64]:
    """Return the clusters of our VaDE, trained on all images; every tenth validates as well."""
    known = _registry()["models"]["vade"]
    config = {key: DIGITS.get(key, value) for key, value in known.items()}
    maps = images.astype(np.float16)
    whole = tracks_of(maps, maps, len(maps))
    tracks = Tracks(whole.ids, maps, maps, whole.train, whole.train[::10], whole.lyrics, whole.has_lyrics)
    _, model, _ = ours("vade", config, tracks, seed)
    found: NDArray[np.int64] = model.extras(tracks)["assignments.parquet"]["cluster"].to_numpy()
    return found


def _scored(name: str, clusters: Callable[[int], NDArray[np.int64]], classes: NDArray[Any]) -> str:
    """Return a row: AMI and matched accuracy with intervals over seeds, processor seconds of one run."""
    seconds, runs = cpu_seconds(lambda: [clusters(seed) for seed in range(SEEDS)])
    cells = []
    for measure in (ami, accuracy):
        found = interval_over_seeds([measure(classes, run) for run in runs])
        cells.append(f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]")
    print(name, *cells, f"{seconds / SEEDS:.1f} s", file=sys.stderr, flush=True)
    return f"| {name} | {cells[0]} | {cells[1]} | {seconds / SEEDS:.1f} |"


def _registry() -> dict[str, Any]:
    values: dict[str, Any] = YAML(typ="safe").load(ROOT / "params.yaml")
    return values


def speed_page(rows: list[str]) -> str:
    """Return the section about time and loss."""
    return "\n".join(
        [
            "## The models beside others: time",
            "",
            (
                f"Made by `python benchmarks/models.py --part speed` on {machine()}; one thread, least of {REPEATS} runs in turns; "
                f"load average at the end {os.getloadavg()[1]:.0f}. Processor seconds of a busy machine are longer and scatter; "
                "ratios, measured in turns, suffer less. Both trainers run the same network, and most of an epoch is that; ours lays its memory out "
                "channels last, pythae has it as torch does."
            ),
            "",
            "| figure | ours | theirs | ours is | target |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def digits_page(rows: list[str]) -> str:
    """Return the section about clusters of digits."""
    return "\n".join(
        [
            "## The models beside others: clusters of digits",
            "",
            (
                f"Made by `python benchmarks/models.py --part digits` on {machine()}; scikit-learn's 1,797 digits, ten clusters, "
                f"against the digit; mean of {SEEDS} seeds, 95 % t interval over them, no label used."
            ),
            "",
            "| method | AMI | accuracy | processor s |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def main() -> None:
    """Measure and write the sections."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--part", choices=("speed", "digits"), help="one part alone")
    part = parser.parse_args().part
    if not (FRAMES / "mfcc.npy").exists():
        sys.exit(f"{FRAMES} holds no features: run the pipeline first (dvc repro features)")
    torch.set_num_threads(1)
    with threadpool_limits(1):
        if part != "digits":
            write_section("models-speed", speed_page([*autoencoder(), *variational()]))
        if part != "speed":
            rows = list[str]()
            for row in digits():
                rows.append(row)
                write_section("models-digits", digits_page(rows))


if __name__ == "__main__":
    main()
