from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.errors import BadInput, BadParameter
from reprise.finetune import report, soundness
from reprise.finetune.adapters import Adapter, digest
from reprise.finetune.backbone import Architecture, Backbone, to_arrays
from reprise.finetune.document import document
from reprise.finetune.embedding import embed_all
from reprise.finetune.finetuning import METHODS, Settings, finetune, finetune_all
from reprise.finetune.inputs import read_labelled, read_spectrograms
from reprise.finetune.labelled import Labelled
from reprise.finetune.loop import Schedule, batches
from reprise.finetune.pretraining import Corpus, Pretrained, choose_objective, pretrain
from reprise.finetune.pretraining import Settings as PretrainSettings
from reprise.finetune.saved import load_finetuned, save_finetuned
from reprise.finetune.tags import TagTargets, tag_targets
from reprise.tables import write_array, write_json, write_table

TRACKS = 24
SMALL = (Architecture(8, 4, (4, 8), (1, 1)), np.zeros(8, np.float32), np.ones(8, np.float32))
SCHEDULE = Schedule(epochs=4, crops_per_track=3, batch_size=12, learning_rate=0.01, weight_decay=0.0)
IDS = pd.Series([f"{number:016x}" for number in range(TRACKS)])
CLASSES = np.arange(TRACKS) % 2
SPLIT = np.resize(["train", "train", "train", "train", "validation", "validation", "test", "test"], TRACKS)


def spectrograms() -> np.ndarray:
    """Low tracks and high tracks."""
    mel = np.random.default_rng(0).normal(-50, 6, size=(TRACKS, 16, 150))
    mel[CLASSES == 0, :8] += 20
    mel[CLASSES == 1, 8:] += 20
    return mel.astype(np.float16)


def tags(known: bool = True) -> TagTargets:
    rows = (
        [(track, "low" if kind == 0 else "high") for track, kind in zip(IDS, CLASSES, strict=True)]
        if known
        else []
    )
    return tag_targets(IDS, pd.DataFrame(rows, columns=["track_id", "tag"]), SPLIT == "train", 2)


def pretrained(objective: str = "auto", known: bool = True, mel: np.ndarray | None = None) -> Pretrained:
    corpus = Corpus(
        spectrograms() if mel is None else mel,
        np.flatnonzero(SPLIT == "train"),
        np.flatnonzero(SPLIT == "validation"),
    )
    return pretrain(
        corpus, tags(known), PretrainSettings(objective, 4, (4, 8), (1, 1), 0.1, 3, SCHEDULE), seed=0
    )


@pytest.fixture(scope="module")
def backbone() -> Pretrained:
    return pretrained()


@pytest.fixture(scope="module")
def data() -> Labelled:
    classes = CLASSES.copy()
    classes[0] = -1  # a track whose cluster was discarded
    return Labelled(spectrograms(), classes, ["Dark", "Bright"], SPLIT, IDS.to_numpy(dtype=np.str_))


SETTINGS = Settings(Adapter(2, 4), dict.fromkeys(METHODS, SCHEDULE), 3, (1,))


def test_planted_tags_are_learned(backbone: Pretrained) -> None:
    assert backbone.metrics["objective"] == "tags"
    assert backbone.metrics["validation"]["roc_auc"]["value"] == 1.0


def test_without_tags_the_backbone_learns_label_free_and_says_why() -> None:
    metrics = pretrained(known=False).metrics
    assert (metrics["objective"], metrics["labels_used"]) == ("contrastive", "none")
    assert metrics["why"] == "only 0 tags are carried by enough training tracks"
    assert metrics["validation"]["retrieval_accuracy"]["chance"] == pytest.approx(1 / 6)


def test_label_free_learning_reads_no_tag() -> None:
    one, other = pretrained("contrastive", known=True), pretrained("contrastive", known=False)
    assert digest(to_arrays(one.backbone)) == digest(to_arrays(other.backbone))


def test_same_seed_same_bytes_whatever_held_out_tracks_sound_like(backbone: Pretrained) -> None:
    changed = spectrograms()
    changed[SPLIT != "train"] += 30
    assert digest(to_arrays(pretrained(mel=changed).backbone)) == digest(to_arrays(backbone.backbone))


def test_tags_cannot_be_forced_where_there_are_none() -> None:
    with pytest.raises(BadParameter, match="use 'auto' or 'contrastive'"):
        choose_objective("tags", tags(known=False))
    with pytest.raises(BadParameter, match="must be one of"):
        choose_objective("tag", tags())


def test_every_row_once_in_each_pass() -> None:
    rows = np.arange(10, 40)
    parts = list(batches(rows, SCHEDULE, np.random.default_rng(0)))
    assert sorted(np.concatenate(parts)) == sorted(np.tile(rows, 3))
    assert all(len(np.unique(part)) == len(part) for part in parts)


def test_methods_side_by_side(backbone: Pretrained, data: Labelled, tmp_path: Path) -> None:
    results = finetune_all(backbone.backbone, data, SETTINGS, 0)
    lora = results["lora"].model
    merged = soundness.merged_backbone(lora)
    plain = embed_all(backbone.backbone, data.mel, 3)
    np.testing.assert_array_equal(results["head"].embeddings, plain)  # the backbone under a head is untouched
    study = report.Study(backbone.backbone, plain, results, data, tags(), SCHEDULE.batch_size)
    metrics = report.summarise(study, merged, SETTINGS.adapter, 0)
    write_json(tmp_path / "finetune.json", metrics)
    page = document(metrics)
    assert all(f"| `{method}` |" in page for method in (*METHODS, "lora_r1", "linear_probe"))
    assert "unchanged to the byte" in page
    assert metrics["lora_within_two_points_of_full"] == "yes"
    assert metrics["original_tags"]["verdict"].startswith("not better on the original tags")
    assert metrics["methods"]["lora"]["accuracy"]["value"] == 1.0
    trained = [metrics["methods"][method]["trainable_parameters"] for method in METHODS]
    assert trained == sorted(trained)
    memory = [metrics["methods"][method]["megabytes_of_a_step"] for method in METHODS]
    assert memory[0]["all"] < min(one["all"] for one in memory[1:])
    assert memory[1]["optimiser"] < memory[2]["optimiser"]
    assert metrics["methods"]["lora_r1"]["trainable_parameters"] < trained[1]
    assert metrics["lora"]["frozen"]["unchanged"] is True
    assert metrics["lora"]["frozen"]["buffers"] > 0
    assert 0 < metrics["lora"]["merge"]["merged_minus_adapted"] < 1e-4
    assert metrics["original_tags"]["lora"]["roc_auc"]["value"] == 1.0
    assert metrics["tracks"] == {"train": 11, "test": 6}

    save_finetuned(tmp_path / "finetuned", merged, lora, data.labels, 3)
    write_json(tmp_path / "indices.json", {"Dark": 0, "Bright": 1})
    saved = load_finetuned(tmp_path / "finetuned", tmp_path / "indices.json")
    np.testing.assert_allclose(
        embed_all(saved.model.backbone, data.mel, 3), results["lora"].embeddings, rtol=1e-3, atol=1e-4
    )
    write_json(tmp_path / "indices.json", {"Dark": 1, "Bright": 0})
    with pytest.raises(BadInput, match="is not the label order"):
        load_finetuned(tmp_path / "finetuned", tmp_path / "indices.json")


def test_same_seed_same_adapters(backbone: Pretrained, data: Labelled) -> None:
    one, other = (finetune("lora", backbone.backbone, data, SETTINGS, 7) for _ in range(2))
    assert digest(to_arrays(one.model)) == digest(to_arrays(other.model))
    assert np.array_equal(one.probabilities, other.probabilities)


def test_without_labelled_test_tracks_nothing_is_invented(data: Labelled) -> None:
    unlabelled = Labelled(
        data.mel, np.where(SPLIT == "test", -1, data.classes), data.labels, SPLIT, data.groups
    )
    study = report.Study(Backbone(*SMALL), np.zeros((TRACKS, 8), np.float32), {}, unlabelled, tags(), 4)
    assert report.compare(study, 0)["available"] is False
    assert report.tag_probes({}, tags(known=False), SPLIT, 0)["available"] is False


def write_inputs(folder: Path) -> None:
    write_array(folder / "frames/mel.npy", spectrograms())
    write_table(folder / "frames/tracks.parquet", pd.DataFrame({"track_id": IDS, "n_frames": 150}), "frames")
    write_table(
        folder / "splits.parquet", pd.DataFrame({"track_id": IDS, "split": SPLIT, "group_id": "g"}), "splits"
    )
    write_json(folder / "indices.json", {"B": 1, "A": 0})
    (folder / "labels.csv").write_text(f"track_id,new_acoustic_label\n{IDS[3]},B\n{IDS[5]},A\n")


def test_labels_are_read_by_track_and_index(tmp_path: Path) -> None:
    write_inputs(tmp_path)
    data = read_labelled(
        read_spectrograms(tmp_path / "frames"),
        tmp_path / "splits.parquet",
        tmp_path / "labels.csv",
        tmp_path / "indices.json",
    )
    assert data.labels == ["A", "B"]
    assert (data.classes[3], data.classes[5], (data.classes >= 0).sum()) == (1, 0, 2)


@pytest.mark.parametrize(
    ("indices", "message"), [({"A": 0}, "label 'B' is not in"), ({"A": 0, "B": 2}, "0 to 1, each once")]
)
def test_label_maps_that_do_not_fit_are_refused(
    tmp_path: Path, indices: dict[str, int], message: str
) -> None:
    write_inputs(tmp_path)
    (tmp_path / "indices.json").write_text(json.dumps(indices))
    with pytest.raises(BadInput, match=message):
        read_labelled(
            read_spectrograms(tmp_path / "frames"),
            tmp_path / "splits.parquet",
            tmp_path / "labels.csv",
            tmp_path / "indices.json",
        )


def test_spectrograms_without_their_ids_are_refused(tmp_path: Path) -> None:
    write_inputs(tmp_path)
    write_array(tmp_path / "frames/mel.npy", spectrograms()[:5])
    with pytest.raises(BadInput, match=r"mel.npy has 5 rows, tracks.parquet 24"):
        read_spectrograms(tmp_path / "frames")
    write_inputs(tmp_path)
    with pytest.raises(BadInput, match="track stranger has no row"):
        read_spectrograms(tmp_path / "frames").rows_of(pd.Series([IDS[0], "stranger"]))
