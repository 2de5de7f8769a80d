from __future__ import annotations

import base64
import io
import json
import re
import wave
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.world import World, make_world, run_stage

from reprise import tables
from reprise.errors import BadInput
from reprise.report.comparison import WITHOUT_NETWORK

GIVEN = "genre of training and validation tracks"
OUTPUTS = (
    "metrics/compare.json",
    "metrics/MODEL_COMPARISON.md",
    "plots/comparison_table.csv",
    "plots/model_comparison.html",
    "plots/compare/scores.json",
    "plots/compare/paradox.png",
)


def compare(world: World, monkeypatch: pytest.MonkeyPatch, root: Path, *models: str) -> dict[str, Any]:
    run_stage(world, monkeypatch, root / "stages/compare.py", models={name: {} for name in models})
    return tables.read_json(world.root / "metrics/compare.json")


def prepare(folder: Path) -> World:
    made = make_world(folder)
    made.write_model("pca", made.latents(3.0, seed=1), parameters=1234)
    made.write_model("conv_vae", made.latents(0.3, seed=2), parameters=99)
    folder = made.write_model("ae_conditional", made.latents(1.0, seed=3), GIVEN)
    told = made.write_model("cvae", made.latents(1.0, seed=4), GIVEN)
    for name in ("pca", "conv_vae", "ae_conditional", "cvae"):
        made.write_weights(name)
    made.write_absent_model("ae_multimodal", "the dataset has no <lyrics>")
    label = np.eye(4, dtype=np.float32)[np.unique(made.genre, return_inverse=True)[1]]
    known = made.split != "test"
    tables.write_array(folder / "negative_control.npy", label[known])
    for given in (folder, told):
        tables.write_table(given / "tracks_given.parquet", pd.DataFrame({"track_id": made.ids[known]}))
    noise = np.random.default_rng(5).standard_normal((int(known.sum()), 6)).astype(np.float32)
    tables.write_array(told / "latents_given.npy", noise)  # the class is gone
    return made


MODELS = ("pca", "conv_vae", "ae_conditional", "ae_multimodal", "cvae")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, root: Path) -> tuple[World, dict[str, Any]]:
    """A world after one run of the stage, to be read only."""
    world = prepare(tmp_path_factory.mktemp("compared"))
    with pytest.MonkeyPatch.context() as patch:
        return world, compare(world, patch, root, *MODELS)


def test_models_stand_beside_hand_made_features_and_are_told_apart(
    compared: tuple[World, dict[str, Any]],
) -> None:
    _world, found = compared
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
    ahead = {"ae_conditional", "conv_vae", "cvae"}
    assert set(found["conclusions"]["ahead_of_hand_made"].split(", ")) == ahead
    assert set(found["conclusions"]["deep_ahead_of_hand_made"].split(", ")) == ahead
    assert found["conclusions"]["best_deep"] in ahead


def test_models_that_were_given_labels_are_scored_on_test_tracks_only(
    compared: tuple[World, dict[str, Any]],
) -> None:
    world, found = compared
    models = found["models"]
    assert models["ae_conditional"]["fair_scope"] == "test"
    assert models["ae_conditional"]["labels_used"] == GIVEN
    assert models["ae_conditional"]["genre"]["ami"]["n"] == int((world.split == "test").sum())
    assert models["pca"]["genre"]["ami"]["n"] == 96


def test_the_label_in_a_representation_is_flagged(compared: tuple[World, dict[str, Any]]) -> None:
    world, found = compared
    controls = found["negative_controls"]
    assert controls["ae_conditional"]["as_it_is"]["nmi"] == 1.0
    assert "no evidence" in controls["ae_conditional"]["flag"]
    text = (world.root / "metrics/MODEL_COMPARISON.md").read_text(encoding="utf-8")
    assert "Negative controls" in text


def test_the_same_inputs_give_the_same_bytes_and_other_trainings_stand_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path, compared: tuple[World, dict[str, Any]]
) -> None:
    world, (first, found) = prepare(tmp_path), compared
    compare(world, monkeypatch, root, *MODELS)
    for path in OUTPUTS:
        assert (world.root / path).read_bytes() == (first.root / path).read_bytes(), path
    once = found["models"]["conv_vae"]
    assert once["trainings"]["available"] is False
    for number, spread in ((1, 0.3), (2, 3.0)):
        path = f"data/models/conv_vae/seeds/{number}.npy"
        tables.write_array(world.root / path, world.latents(spread, seed=number))
    thrice = compare(world, monkeypatch, root, *MODELS)["models"]["conv_vae"]
    assert thrice["trainings"]["seeds"] == 3
    ami = thrice["trainings"]["genre"]["ami"]
    assert ami["low"] < ami["value"] < 1.0
    assert thrice["genre"] == once["genre"]  # the model itself has not changed
    assert thrice["gain_over_hand_made_over_trainings"]["value"] < thrice["gain_over_hand_made"]["value"]
    table = pd.read_csv(world.root / "plots/comparison_table.csv").set_index("model")
    assert table.loc["conv_vae", "genre_ami_trainings"] == pytest.approx(ami["value"], rel=1e-5)
    assert "Over several trainings" in (world.root / "metrics/MODEL_COMPARISON.md").read_text()


def test_tables_and_records_agree_with_the_metrics(compared: tuple[World, dict[str, Any]]) -> None:
    world, found = compared
    models = found["models"]
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


def test_the_page_needs_nothing_else(compared: tuple[World, dict[str, Any]]) -> None:
    world, _found = compared
    text = (world.root / "plots/model_comparison.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert page.loads
    assert all(
        source.startswith(("data:image/png;base64,", "data:audio/wav;base64,")) for source in page.loads
    )
    assert len(page.ids) == len(set(page.ids))
    assert {"agreement-genre", "agreement-language", "captures", "map-0", "curve-0"} <= set(page.ids)
    assert page.rows > 10
    assert len(re.findall(r"Plotly\.newPlot\(", text)) >= len(page.ids)
    assert "the dataset has no &lt;lyrics&gt;" in text


def test_every_model_that_decodes_can_be_heard(compared: tuple[World, dict[str, Any]]) -> None:
    world, _found = compared
    text = (world.root / "plots/model_comparison.html").read_text(encoding="utf-8")
    section = text[text.index("<h2>Reconstructions</h2>") : text.index("<h2>Latent maps</h2>")]
    for name in ("the original map", "pca", "conv_vae", "ae_conditional", "cvae"):
        assert f"<tr><td>{name}</td>" in section
    assert "cvae: test track 1 (" in section
    assert "ae_conditional: test track" not in section  # its decoder is told nothing
    sounds = [base64.b64decode(found) for found in re.findall(r"audio/wav;base64,([^']+)'", section)]
    assert len(sounds) == 6 * 2 + 4
    with wave.open(io.BytesIO(sounds[0])) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (11025, 1, 69 * 256)


def test_a_class_that_left_the_latent_is_seen(compared: tuple[World, dict[str, Any]]) -> None:
    world, found = compared
    pair = found["paradox"]["cvae"]
    assert (pair["twin"], pair["attribute"], pair["n"]) == (
        "conv_vae",
        "genre",
        int((world.split != "test").sum()),
    )
    assert pair["not_told"]["ami"]["value"] == 1.0
    assert pair["told"]["ami"]["value"] < 0.2
    assert pair["ami_told_minus_not_told"]["high"] < 0
    assert pair["verdict"] == "told the class, the clusters agree less with it"
    assert pair["told"]["variance_between_classes"] < 0.1 < pair["not_told"]["variance_between_classes"]
    assert set(pair["told"]["captures"]) == {"tempo", "loudness", "brightness", "noisiness", "onset rate"}
    text = (world.root / "metrics/MODEL_COMPARISON.md").read_text(encoding="utf-8")
    assert "The paradox of conditional models" in text
    assert "(../plots/compare/paradox.png)" in text


def test_the_document_says_so_where_no_deep_representation_is_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path)
    world.write_model("conv_vae", world.latents(9.0))
    world.write_weights("conv_vae")
    compare(world, monkeypatch, root, "conv_vae")
    text = (tmp_path / "metrics/MODEL_COMPARISON.md").read_text()
    assert (
        "No deep representation beats the hand-made features. The best of them, conv_vae, has AMI 0." in text
    )


def test_hand_made_features_inside_a_model_are_no_merit_of_its_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setitem(WITHOUT_NETWORK, "ae_basic", "pca")  # as stack and wccn, which are slower to fit
    world = make_world(tmp_path)
    for name, spread in (("conv_vae", 9.0), ("pca", 0.3), ("ae_basic", 0.3)):
        world.write_model(name, world.latents(spread))
        world.write_weights(name)
    found = compare(world, monkeypatch, root, "conv_vae", "pca", "ae_basic")
    assert "ae_basic" in found["conclusions"]["ahead_of_hand_made"].split(", ")
    assert "ae_basic" not in found["conclusions"]["deep_ahead_of_hand_made"].split(", ")
    assert found["conclusions"]["best_deep"] != "ae_basic"
    added = found["models"]["ae_basic"]["network_adds"]
    assert (added["without_network"], added["value"], added["low"], added["high"]) == ("pca", 0.0, 0.0, 0.0)
    text = (tmp_path / "metrics/MODEL_COMPARISON.md").read_text()
    assert "without its network (pca) AMI is 1.000 [1.000, 1.000]" in text
    assert "the network adds 0.000 [0.000, 0.000]" in text


def test_without_any_label_the_comparison_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path, language=False)
    world.write_model("pca", world.latents(1.0))
    world.write_weights("pca")
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
