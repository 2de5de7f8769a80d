from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.world import World, make_world, run_stage

from reprise import tables
from reprise.errors import BadInput

GIVEN = "genre of training and validation tracks"
OUTPUTS = (
    "metrics/compare.json",
    "metrics/MODEL_COMPARISON.md",
    "plots/comparison_table.csv",
    "plots/model_comparison.html",
    "plots/compare/scores.json",
)


def compare(world: World, monkeypatch: pytest.MonkeyPatch, root: Path, *models: str) -> dict[str, Any]:
    run_stage(world, monkeypatch, root / "stages/compare.py", models={name: {} for name in models})
    return tables.read_json(world.root / "metrics/compare.json")


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = make_world(tmp_path)
    made.write_model("pca", made.latents(3.0, seed=1), parameters=1234)
    made.write_model("conv_vae", made.latents(0.3, seed=2), parameters=99)
    folder = made.write_model("ae_conditional", made.latents(1.0, seed=3), GIVEN)
    made.write_absent_model("ae_multimodal", "the dataset has no <lyrics>")
    label = np.eye(4, dtype=np.float32)[np.unique(made.genre, return_inverse=True)[1]]
    known = made.split != "test"
    tables.write_array(folder / "negative_control.npy", label[known])
    tables.write_table(folder / "tracks_given.parquet", pd.DataFrame({"track_id": made.ids[known]}))
    return made


MODELS = ("pca", "conv_vae", "ae_conditional", "ae_multimodal")


def test_models_stand_beside_hand_made_features_and_are_told_apart(
    world: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    found = compare(world, monkeypatch, root, *MODELS)
    models = found["models"]
    assert set(models) == {*MODELS, "hand-made", "22 descriptors"}
    assert models["conv_vae"]["genre"]["ami"]["value"] == 1.0
    assert models["conv_vae"]["gain_over_hand_made"]["low"] > 0
    assert models["conv_vae"]["parameters"] == 99
    assert models["conv_vae"]["expected"]["ari"] == {
        "low": 0.4,
        "high": 0.6,
        "measured": 1.0,
        "verdict": "above",
    }
    assert (
        models["22 descriptors"]["genre"]["ami"]["value"]
        < models["22 descriptors"]["genre"]["ami"]["chance_high"]
    )
    assert models["ae_multimodal"] == {"available": False, "why": "the dataset has no <lyrics>"}
    assert set(found["conclusions"]["ahead_of_hand_made"].split(", ")) == {"ae_conditional", "conv_vae"}


def test_models_that_were_given_labels_are_scored_on_test_tracks_only(
    world: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    models = compare(world, monkeypatch, root, *MODELS)["models"]
    assert models["ae_conditional"]["fair_scope"] == "test"
    assert models["ae_conditional"]["labels_used"] == GIVEN
    assert models["ae_conditional"]["genre"]["ami"]["n"] == int((world.split == "test").sum())
    assert models["pca"]["genre"]["ami"]["n"] == 96


def test_the_label_in_a_representation_is_flagged(
    world: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    controls = compare(world, monkeypatch, root, *MODELS)["negative_controls"]
    assert controls["ae_conditional"]["as_it_is"]["nmi"] == 1.0
    assert "no evidence" in controls["ae_conditional"]["flag"]
    text = (world.root / "metrics/MODEL_COMPARISON.md").read_text(encoding="utf-8")
    assert "Negative controls" in text


def test_the_same_inputs_give_the_same_bytes(
    world: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    written = []
    for _ in range(2):
        compare(world, monkeypatch, root, *MODELS)
        written.append([(world.root / path).read_bytes() for path in OUTPUTS])
    assert written[0] == written[1]


def test_tables_and_records_agree_with_the_metrics(
    world: World, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    models = compare(world, monkeypatch, root, *MODELS)["models"]
    table = pd.read_csv(world.root / "plots/comparison_table.csv").set_index("model")
    records = json.loads((world.root / "plots/compare/scores.json").read_text())
    text = (world.root / "metrics/MODEL_COMPARISON.md").read_text(encoding="utf-8")
    assert {record["model"] for record in records} == {name for name in models if models[name]["available"]}
    for record in records:
        ami = models[record["model"]]["genre"]["ami"]
        assert record["ami"] == pytest.approx(ami["value"])
        assert table.loc[record["model"], "genre_ami"] == pytest.approx(ami["value"], rel=1e-5)
        assert f"{ami['value']:.3f} [{ami['low']:.3f}, {ami['high']:.3f}]" in text
    assert not table.loc["ae_multimodal", "available"]


class _Page(HTMLParser):
    """Collects what the page would load, its ids, and its table cells."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.loads += [str(values[key]) for key in ("src", "href") if key in values]
        self.ids += [str(values["id"])] if "id" in values else []
        self.rows += tag == "tr"


def test_the_page_needs_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    compare(world, monkeypatch, root, *MODELS)
    text = (world.root / "plots/model_comparison.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.loads == []
    assert len(page.ids) == len(set(page.ids))
    assert {"agreement-genre", "agreement-language", "captures", "map-0", "curve-0"} <= set(page.ids)
    assert page.rows > 10
    assert len(re.findall(r"Plotly\.newPlot\(", text)) >= len(page.ids)
    assert "the dataset has no &lt;lyrics&gt;" in text


def test_without_any_label_the_comparison_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path, language=False)
    world.write_model("pca", world.latents(1.0))
    corpus = tables.read_json(tmp_path / "data/corpus/tracks/corpus.json")
    corpus["provides"]["genre"] = False
    corpus["missing"]["genre"] = "your folder came without labels"
    tables.write_json(tmp_path / "data/corpus/tracks/corpus.json", corpus)
    found = compare(world, monkeypatch, root, "pca")
    assert found["missing"]["genre"] == "your folder came without labels"
    assert found["models"]["pca"]["genre"] == {"available": False, "why": "your folder came without labels"}
    assert json.loads((tmp_path / "plots/compare/scores.json").read_text()) == []
    assert "your folder came without labels" in (tmp_path / "metrics/MODEL_COMPARISON.md").read_text()


def test_a_model_of_other_tracks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path)
    folder = world.write_model("pca", world.latents(1.0))
    tables.write_array(folder / "latents.npy", world.latents(1.0)[1:])
    tables.write_table(folder / "tracks.parquet", pd.DataFrame({"track_id": world.ids[1:]}))
    with pytest.raises(BadInput, match=r"pca embeds other tracks.*train it again"):
        compare(world, monkeypatch, root, "pca")
