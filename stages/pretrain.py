"""A ResNet backbone on mel crops, trained on the original tags or, where there are none, label-free."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from reprise import params as parameters
from reprise import tables
from reprise.finetune.backbone import save_backbone
from reprise.finetune.inputs import read_spectrograms, read_splits
from reprise.finetune.pretraining import Corpus, Settings, pretrain
from reprise.finetune.tags import tag_targets
from reprise.stage import run

FRAMES = "data/features/tracks/frames"
SPLITS = "data/splits/tracks.parquet"
TAGS = "data/labels/train/tags.parquet"
BACKBONE = "data/backbone"
CURVE = ("epoch", "train_loss", "validation_loss")


def main() -> None:
    """Read spectrograms, splits and training tags; write the backbone, its training curve and its metrics."""
    params = parameters.load()
    spectrograms = read_spectrograms(FRAMES)
    split = read_splits(SPLITS, spectrograms.track_ids)["split"].to_numpy()
    corpus = Corpus(spectrograms.mel, *(np.flatnonzero(split == part) for part in ("train", "validation")))
    tags = tables.read_table(TAGS, "tags")
    targets = tag_targets(spectrograms.track_ids, tags, split == "train", params.pretrain.min_tag_tracks)
    settings = Settings.from_params(params.pretrain.to_dict())
    result = pretrain(corpus, targets, settings, params.seed, params.pretrain.weights)
    curve = pd.DataFrame([asdict(epoch) for epoch in result.curve], columns=list(CURVE))
    save_backbone(BACKBONE, result.backbone, {"objective": result.metrics["objective"]})
    tables.write_csv(f"{BACKBONE}/history.tsv", curve, separator="\t")
    tables.write_csv("plots/training/backbone.tsv", curve, separator="\t")
    tables.write_json("metrics/pretrain.json", result.metrics)


if __name__ == "__main__":
    run(main)
