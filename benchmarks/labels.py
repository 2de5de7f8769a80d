"""What acoustic labels cost: training steps of each way of finetuning, embedding, and placing one file; writes docs/benchmarks.md.

    python benchmarks/labels.py                 the project here, in which the pipeline has run
    python benchmarks/labels.py --root PATH     another one

All figures are seconds of processor time on one thread (another program on the machine does not change them), medians of `REPEATS`.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch.nn import functional

from reprise.audio.decode import SAMPLE_RATE, Part, decode_pcm16
from reprise.audio.features import extract
from reprise.datasets.clip import MARGIN
from reprise.finetune.adapters import Adapter
from reprise.finetune.backbone import load_backbone
from reprise.finetune.crops import even_crops
from reprise.finetune.embedding import embed
from reprise.finetune.finetuning import METHODS, build
from reprise.finetune.inputs import read_spectrograms
from reprise.lookup.place_file import Placer, one_track
from reprise.lookup.prediction import predict
from sections import machine, write_section  # the folder of this script is on the path

ROOT = Path(__file__).resolve().parents[1]
REPEATS, FILES, BATCH, TRACKS = 7, 7, 64, 20
TARGET_MS = 100.0


def cpu(function: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median processor time of a call in seconds, after one call that is not counted."""
    function()
    times = []
    for _ in range(repeats):
        started = time.process_time()
        function()
        times.append(time.process_time() - started)
    return statistics.median(times)


def training_steps(root: Path) -> dict[str, float]:
    """Return seconds of one training step (forward, backward, AdamW) of each way on the same batch."""
    backbone = load_backbone(root / "data/backbone")
    mel = read_spectrograms(root / "data/features/tracks/frames").mel
    crops = torch.from_numpy(even_crops(mel, 0, BATCH))
    truth = torch.arange(BATCH) % 6
    found = {}
    for method in METHODS:
        model = build(method, backbone, 6, Adapter(8, 16), seed=0).train()
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimiser = torch.optim.AdamW(trained)

        def step(model: torch.nn.Module = model, optimiser: torch.optim.Optimizer = optimiser) -> None:
            optimiser.zero_grad(set_to_none=True)
            functional.cross_entropy(model(crops), truth).backward()  # type: ignore[no-untyped-call]
            optimiser.step()

        found[method] = cpu(step)
    return found


def embedding(root: Path, placer: Placer) -> float:
    """Return seconds that the embedding of one track takes (all its crops)."""
    mel = read_spectrograms(root / "data/features/tracks/frames").mel
    rows = np.arange(min(TRACKS, len(mel)))
    model = placer.saved.model.backbone
    return cpu(lambda: embed(model, mel, rows, placer.saved.embedding_crops), 3) / len(rows)


def placing(root: Path, placer: Placer) -> dict[str, dict[str, float]]:
    """Return milliseconds of each step of placing one file, by format; medians over files."""
    clips = sorted((root / "data/corpus/tracks/audio").glob("*.wav"))[:FILES]
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("wav", "flac", "mp3"):
            rows = [_steps(placer, _as_format(clip, Path(folder), ending)) for clip in clips]
            found[ending] = {name: 1000 * statistics.median(row[name] for row in rows) for name in rows[0]}
    return found


def _as_format(clip: Path, folder: Path, ending: str) -> Path:
    if ending == "wav":
        return clip
    samples, rate = soundfile.read(clip, dtype="int16")
    target = folder / f"{clip.stem}.{ending}"
    soundfile.write(target, samples, rate)
    return target


def _steps(placer: Placer, path: Path) -> dict[str, float]:
    part = Part(duration=placer.clip / SAMPLE_RATE + 2 * MARGIN, centred=True)
    pcm = decode_pcm16(path, part)[: placer.clip]
    features = extract(pcm, placer.settings)
    tracks = one_track("0" * 16, features, placer.model.shapes.lyrics if placer.model else 0)
    steps: dict[str, Callable[[], object]] = {
        "decode": lambda: decode_pcm16(path, part),
        "features": lambda: extract(pcm, placer.settings),
        "label and mood": lambda: predict(placer.saved, placer.mood, tracks.mel, np.array([0])),
        "map, cluster, neighbours": lambda: placer._find(tracks, short=False),
    }
    times = {name: cpu(step, 3) for name, step in steps.items()}
    return {**times, "all": sum(times.values())}


def page(
    steps: dict[str, float], per_track: float, placed: dict[str, dict[str, float]], load: float, tracks: int
) -> str:
    """Return the section."""
    names = list(placed["wav"])
    worst = max(row["all"] for row in placed.values())
    return "\n".join(
        [
            "## Acoustic labels",
            "",
            f"Made by `python benchmarks/labels.py` on {machine()}; processor time on one thread, medians.",
            "",
            f"One training step on {BATCH} crops (the peer is full finetuning):",
            "",
            "| way | ms | of full |",
            "|---|---|---|",
            *(
                f"| {name} | {1000 * value:.0f} | {value / steps['full']:.2f} |"
                for name, value in steps.items()
            ),
            "",
            f"Embedding: {1000 * per_track:.1f} ms a track, {1 / per_track:.0f} tracks a second.",
            "",
            f"Placing one 30 s file among {tracks} tracks, after loading (loading the models, imports aside: {load:.1f} s, which keeping a `Placer` saves), in ms:",
            "",
            "| file | " + " | ".join(names) + " |",
            "|---|" + "---|" * len(names),
            *(
                f"| {kind} | " + " | ".join(f"{row[name]:.1f}" for name in names) + " |"
                for kind, row in placed.items()
            ),
            "",
            (
                f"Target: at most {TARGET_MS:.0f} ms for one file; the slowest format takes {worst:.0f} ms: "
                f"{'reached' if worst <= TARGET_MS else 'missed'}."
            ),
        ]
    )


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="project in which the pipeline has run")
    root = parser.parse_args().root
    torch.set_num_threads(1)
    started = time.process_time()
    placer = Placer(root)
    load = time.process_time() - started
    tracks = len(placer.atlas.latents.track_ids) if placer.atlas else 0
    body = page(training_steps(root), embedding(root, placer), placing(root, placer), load, tracks)
    write_section("labels", body)
    print(body)


if __name__ == "__main__":
    main()
