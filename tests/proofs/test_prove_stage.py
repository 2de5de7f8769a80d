from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.evaluation.world import World, make_world, run_stage

from reprise import tables
from reprise.proofs.registry import claims_of

CLAIMS = {
    "pca": {"live_units"},
    "ae_basic": {"live_units", "gain_agreement", "gain_separation", "reconstruction"},
    "ae_multimodal": {
        "live_units",
        "gain_agreement",
        "gain_separation",
        "multimodal_gain",
        "multimodal_words",
    },
    "ae_conditional": {
        "live_units",
        "gain_agreement",
        "gain_separation",
        "class_removed",
        "clusters_follow_sound",
    },
    "basic_vae": {"live_units", "gain_agreement", "gain_separation", "reconstruction", "smoothness"},
    "conv_vae": {
        "live_units",
        "gain_agreement",
        "gain_separation",
        "reconstruction",
        "band_detectors",
        "time_patterns",
    },
    "beta_vae": {
        "live_units",
        "disentanglement",
        "axis_alignment",
        "factor_response",
        "reconstruction",
        "traversal",
    },
    "cvae": {"live_units", "class_removed", "clusters_follow_sound", "generation", "separation"},
    "vade": {
        "live_units",
        "gain_agreement",
        "gain_separation",
        "own_against_kmeans",
        "own_against_gmm",
        "calibration",
    },
}


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_every_claim_ends_with_a_verdict_its_numbers_and_a_picture(
    name: str, world_of_models: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    run_stage(world_of_models, monkeypatch, root / "stages/prove.py", name)
    found = tables.read_json(world_of_models.root / f"metrics/proofs/{name}.json")
    folder = world_of_models.root / "plots/proofs" / name
    assert set(found["claims"]) == CLAIMS[name]
    assert sum(found["verdicts"].values()) == len(CLAIMS[name])
    for claim in found["claims"].values():
        assert claim["verdict"] in {"supported", "refuted", "undecided"}
        if claim["available"]:
            assert claim["found"]["low"] <= claim["found"]["value"] <= claim["found"]["high"]
            assert claim["measure"]
            assert claim["null"]
    assert len(list(folder.glob("*.png"))) >= len(claims_of(name))
    assert set(pd.read_csv(folder / "claims.csv")["claim"]) == CLAIMS[name]


@pytest.mark.parametrize("name", ["beta_vae", "cvae"])
def test_the_same_model_gives_the_same_bytes(
    name: str, world_of_models: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    written = []
    for _ in range(2):
        run_stage(world_of_models, monkeypatch, root / "stages/prove.py", name)
        folder = world_of_models.root / "plots/proofs" / name
        paths = [world_of_models.root / f"metrics/proofs/{name}.json", *sorted(folder.iterdir())]
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]


def test_a_model_that_is_not_available_has_nothing_to_prove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path)
    world.write_absent_model("ae_multimodal", "the dataset has no lyrics")
    run_stage(world, monkeypatch, root / "stages/prove.py", "ae_multimodal")
    found = tables.read_json(tmp_path / "metrics/proofs/ae_multimodal.json")
    assert found == {"available": False, "model": "ae_multimodal", "why": "the dataset has no lyrics"}
    assert pd.read_csv(tmp_path / "plots/proofs/ae_multimodal/claims.csv").empty
