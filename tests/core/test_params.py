from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from reprise import params
from reprise.confine.view import StageView, declared_values, read_yaml
from reprise.errors import BadParameter, UndeclaredParameter
from reprise.schema import validate


@pytest.fixture
def values(root: Path) -> dict[str, Any]:
    return copy.deepcopy(read_yaml(root / "params.yaml"))


def change(values: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    for key in parents:
        values = values[key]
    values[last] = value


def test_the_params_of_the_repository_are_valid(values: dict[str, Any]) -> None:
    assert validate(values).model in values["models"]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("model", "cvea", r"model = 'cvea' must be a key of models .*did you mean 'cvae'\?"),
        (
            "dataset",
            "gtzan_mni",
            r"dataset = 'gtzan_mni' must be a key of datasets .*did you mean 'gtzan_mini'\?",
        ),
        ("cluster.kk", 3, r"unknown key 'cluster.kk'; valid here: k, .*did you mean 'k'\?"),
        ("cluster.k", 1, r"cluster.k = 1: input should be greater than or equal to 2"),
        ("cluster.k", "ten", r"cluster.k = 'ten': input should be a valid integer"),
        ("cluster.k", 2.5, r"cluster.k = 2.5"),
        ("seed", -1, r"seed = -1"),
        ("split.test", 0.5, r"train \+ validation \+ test must be 1"),
        ("modle", "x", r"unknown key 'modle'; .*did you mean 'model"),
        (
            "datasets.synthetic.tracks",
            3,
            r"unknown key 'datasets.synthetic.tracks'; .*did you mean 'song_tracks|tracks_per_genre'",
        ),
        ("split.duplicate_similarity", 0.0, r"split.duplicate_similarity = 0.0: .* greater than 0"),
        ("features.n_mfcc", 129, r"features.n_mfcc is 129: it must lie in 2-128"),
        ("features.hop_length", 4096, r"features.n_fft is 2048 with hop_length 4096"),
        ("features.segment_seconds", 0.001, r"features.segment_seconds is 0.001: it must hold a frame"),
        ("features.n_mels", 127, r"features.n_mels = 127: input should be a multiple of 2"),
        ("cluster.methods", [], r"cluster: methods = \[\] must name kmeans"),
        ("cluster.methods", ["gmm"], r"cluster: methods = \['gmm'\] must name kmeans"),
        ("evaluate.bootstrap", 1, r"evaluate.bootstrap = 1: .* 2"),
        ("evaluate.permutations", 1, r"evaluate.permutations = 1: .* 2"),
        ("prove.permutations", 1, r"prove.permutations = 1: .* 2"),
        ("compare.bootstrap", 1, r"compare.bootstrap = 1: .* 2"),
        ("regress.bootstrap", 1, r"regress.bootstrap = 1: .* 2"),
        ("relabel.k", 1, r"relabel: k = 1 must be 0, .* or 2 or more"),
        ("relabel.k_max", 4, r"relabel: k_min = 5 must not be above k_max = 4"),
        ("models.pca.latent_dim", 1, r"models.pca.latent_dim = 1: .* 2"),
        (
            "models.contrastive.crops_per_track",
            1,
            r"models.contrastive.crops_per_track = 1 must be at least 2",
        ),
        ("finetune.targets", "(", r"finetune.targets: '\(' is neither 'auto' nor a regular expression"),
    ],
)
def test_a_typo_is_one_line_with_key_value_rule_and_nearest_name(
    values: dict[str, Any], key: str, value: Any, says: str
) -> None:
    change(values, key, value)
    with pytest.raises(BadParameter, match=says) as error:
        validate(values)
    assert "\n" not in str(error.value)


def test_what_the_class_of_a_model_refuses_is_refused_before_anything_runs(values: dict[str, Any]) -> None:
    from reprise.models.build import model_class

    tried = 0
    for name, config in values["models"].items():
        for key, field in model_class(name).Params.model_fields.items():
            for bound in field.metadata:
                for sign, step in (("ge", -1), ("gt", 0), ("le", 1), ("lt", 0)):
                    if (limit := getattr(bound, sign, None)) is not None:
                        changed = {
                            **values,
                            "models": {**values["models"], name: {**config, key: limit + step}},
                        }
                        with pytest.raises(BadParameter, match=rf"models\.{name}.*{key}"):
                            validate(changed)
                        tried += 1
    assert tried > 100


def test_a_missing_key_is_named(values: dict[str, Any]) -> None:
    del values["cluster"]["k"]
    with pytest.raises(BadParameter, match=r"key 'cluster.k' is missing"):
        validate(values)


def test_small_floats_written_by_dvc_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("lr: 1e-05\n")
    assert read_yaml(tmp_path / "p.yaml")["lr"] == 1e-5


def test_a_stage_sees_its_declared_parameters_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    everything = {"seed": 1, "cluster": {"k": 2, "seeds": 3}, "split": {"train": 0.5}}
    view = StageView([], [], ["seed", "cluster.k"])
    (tmp_path / "params.json").write_text(json.dumps(declared_values(view, everything)))
    monkeypatch.setenv(params.PARAMS_VARIABLE, str(tmp_path / "params.json"))
    monkeypatch.setenv("DVC_STAGE", "cluster")
    loaded = params.load()
    assert loaded.seed == 1
    assert loaded.cluster.k == 2
    with pytest.raises(
        UndeclaredParameter, match=r"cluster reads parameter 'cluster.seeds' .*add '- cluster.seeds'"
    ):
        _ = loaded.cluster.seeds
    with pytest.raises(UndeclaredParameter, match=r"'split'"):
        _ = loaded.split
    assert "cluster" in loaded
    assert "split" not in loaded


def test_params_of_the_whole_file_are_all_of_it() -> None:
    everything = {"a": 1, "b": {"c": 2}}
    assert declared_values(StageView([], [], ["*"]), everything) == everything
