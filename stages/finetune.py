"""The acoustic labels taught to the frozen backbone by LoRA adapters; head-only and full fine-tuning beside it."""

import pandas as pd

from reprise import params as parameters
from reprise import tables
from reprise.finetune import report, soundness
from reprise.finetune.adapters import save_adapter
from reprise.finetune.backbone import load_backbone
from reprise.finetune.document import document
from reprise.finetune.finetuning import Settings, finetune_all
from reprise.finetune.inputs import read_labelled, read_spectrograms
from reprise.finetune.saved import save_finetuned
from reprise.finetune.tags import tag_targets
from reprise.stage import run

FRAMES = "data/features/tracks/frames"
SPLITS = "data/splits/tracks.parquet"
TAGS = "data/labels/train/tags.parquet"
LABELS = "data/tracks_with_cluster_names.csv"
INDICES = "data/label_to_idx.json"
BACKBONE = "data/backbone"
FINETUNED = "data/finetuned"


def main() -> None:
    """Read backbone, spectrograms and labels; write adapters, the merged model, training curves and metrics."""
    params = parameters.load()
    settings = Settings.from_params(params.finetune.to_dict())
    spectrograms, tags = read_spectrograms(FRAMES), tables.read_table(TAGS, "tags")
    data = read_labelled(spectrograms, SPLITS, LABELS, INDICES)
    targets = tag_targets(spectrograms.track_ids, tags, data.split == "train", params.pretrain.min_tag_tracks)
    backbone = load_backbone(BACKBONE)
    results = finetune_all(backbone, data, settings, params.seed)
    # the frozen backbone under a trained head gives the pretrained embedding
    study = report.Study(
        backbone, results["head"].embeddings, results, data, targets, params.finetune.batch_size
    )
    lora = results["lora"].model
    merged = soundness.merged_backbone(lora)
    save_adapter(f"{FINETUNED}/adapter", lora.backbone, settings.adapter)
    save_finetuned(FINETUNED, merged, lora, data.labels, settings.embedding_crops)
    tables.write_csv("plots/training/finetune.tsv", pd.DataFrame(report.curves(results)), separator="\t")
    metrics = report.summarise(study, merged, settings.adapter, params.seed)
    tables.write_json("metrics/finetune.json", metrics)
    tables.write_text("metrics/FINETUNING.md", document(metrics))


if __name__ == "__main__":
    run(main)
