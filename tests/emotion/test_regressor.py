from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from reprise.emotion.judgements import Judgements, folds, read_judgements, soft_targets
from reprise.emotion.loudness import loudness
from reprise.emotion.regressor import Training, calibrate, pair_loss, train_on_pairs, train_on_values
from reprise.emotion.store import Mood, load_mood, save_mood, save_unavailable
from reprise.emotion.transfer import Corpus, judge_values, out_of_fold, transfer
from reprise.errors import BadInput
from reprise.tables import SCHEMAS, empty_table, write_json

TRAINING = Training(hidden=8, epochs=120, learning_rate=0.01, weight_decay=0.1)
ABOUT = {"dataset": "synthetic", "embedded": True, "title": "Embedded corpus"}


@given(st.floats(-20, 20), st.floats(0, 1))
def test_pair_loss_in_closed_form(difference: float, target: float) -> None:
    expected = target * np.logaddexp(0, -difference) + (1 - target) * np.logaddexp(0, difference)
    loss = pair_loss(
        torch.tensor([difference], dtype=torch.float64), torch.tensor([target], dtype=torch.float64)
    )
    assert float(loss) == pytest.approx(expected, abs=1e-9)


def test_a_tie_is_best_met_by_equal_scores() -> None:
    gaps = torch.tensor([-1.0, 0.0, 1.0])
    losses = pair_loss(gaps, torch.full((3,), 0.5))
    assert int(losses.argmin()) == 1
    assert float(losses[0]) == pytest.approx(float(losses[2]))


def corpus(triplets: int = 20, seed: int = 0) -> Corpus:
    """Arousal is the first coordinate of the embedding, valence the second."""
    generator = np.random.default_rng(seed)
    count = 3 * triplets
    embeddings = generator.normal(size=(count, 6)).astype(np.float32)
    ids = pd.Series([f"t{number:03d}" for number in range(count)])
    rows = []
    for triplet in range(triplets):
        for dimension, column in (("arousal", 0), ("valence", 1)):
            for a, b in ((0, 1), (0, 2), (1, 2)):
                first, second = 3 * triplet + a, 3 * triplet + b
                higher = bool(embeddings[first, column] > embeddings[second, column])
                rows.append(
                    (
                        f"g{triplet}",
                        ids[first],
                        ids[second],
                        dimension,
                        "a" if higher else "b",
                        "full-agreement",
                        "consistent",
                    )
                    + ((3, 0, 0) if higher else (0, 3, 0))
                )
    pairs = pd.DataFrame(rows, columns=list(SCHEMAS["pairs"]))
    affect = pd.DataFrame(1 / (1 + np.exp(-embeddings[:, :2].astype(float))), columns=["arousal", "valence"])
    affect.insert(0, "track_id", ids)
    return Corpus(
        ids, embeddings, embeddings[:, 2].astype(np.float64), pairs, affect, read_judgements(pairs, ids)
    )


def test_votes_are_soft_targets_and_ties_count_half() -> None:
    pairs = corpus(1).pairs.iloc[:5].copy()
    pairs[["votes_a", "votes_b", "votes_tie"]] = [[3, 0, 0], [1, 2, 0], [2, 0, 1], [0, 0, 0], [0, 0, 0]]
    pairs["higher_value"] = ["a", "b", "a", "ab", "a"]
    pairs["agreement"] = ["full-agreement"] * 4 + ["disagreement"]
    np.testing.assert_allclose(soft_targets(pairs), [1, 1 / 3, 5 / 6, 0.5, np.nan])


def test_pairs_without_features_are_left_out_and_unknown_dimensions_refused() -> None:
    data = corpus(2)
    assert len(read_judgements(data.pairs, data.track_ids.iloc[:4]).target) == 6
    with pytest.raises(BadInput, match="dimension 'mood' must be one of arousal, valence"):
        read_judgements(data.pairs.assign(dimension="mood"), data.track_ids)


@given(st.integers(0, 500), st.integers(2, 6))
def test_tracks_that_are_compared_share_a_fold(seed: int, count: int) -> None:
    data = corpus(7)
    fold = folds(data.judgements, len(data.track_ids), count, seed)
    assert (fold[data.judgements.first] == fold[data.judgements.second]).all()
    assert set(fold) == set(range(count))


def test_cross_validation_finds_what_the_embedding_says_and_nothing_in_noise() -> None:
    data = corpus()
    mood, metrics = transfer(data, ABOUT, TRAINING, 5, seed=0)
    for dimension in ("arousal", "valence"):
        assert metrics[dimension]["model"]["gt"]["accuracy"]["value"] > 0.85
        assert metrics[dimension]["loudness_only"]["gt"]["accuracy"]["low"] < 0.6
    assert metrics["columns_look_swapped"] is False
    assert metrics["trained_on"]["stand_in"] is True
    assert metrics["absolute_values"]["arousal"]["r2"]["value"] > 0.5
    assert metrics["absolute_values"]["valence"]["spearman_of_pairwise_model"]["value"] > 0.7
    assert metrics["absolute_values"]["valence"]["pairs_judged_right"]["accuracy"]["value"] > 0.8
    assert mood.predict(data.embeddings).shape == (60, 2)
    noise = Corpus(
        data.track_ids,
        np.roll(data.embeddings, 7, axis=0),
        data.loudness,
        data.pairs,
        data.affect,
        data.judgements,
    )
    assert transfer(noise, ABOUT, TRAINING, 5, seed=0)[1]["arousal"]["model"]["gt"]["accuracy"]["value"] < 0.7


def test_a_fold_is_predicted_without_its_judgements() -> None:
    data = corpus()
    fold = folds(data.judgements, 60, 5, seed=0)
    told = data.judgements
    flipped = np.where(fold[told.first] == 0, 1 - told.target, told.target).astype(np.float32)
    lied = Corpus(
        data.track_ids,
        data.embeddings,
        data.loudness,
        data.pairs,
        data.affect,
        Judgements(told.first, told.second, told.dimension, flipped),
    )
    one, other = (out_of_fold(told_corpus, TRAINING, 5, 0)[0] for told_corpus in (data, lied))
    assert np.array_equal(one[fold == 0], other[fold == 0])
    assert not np.array_equal(one[fold == 1], other[fold == 1])


def test_without_absolute_values_there_is_no_figure_for_them() -> None:
    data = corpus()
    bare = Corpus(
        data.track_ids, data.embeddings, data.loudness, data.pairs, empty_table("affect"), data.judgements
    )
    judged = judge_values(bare, np.zeros((60, 2), np.float32), np.zeros(60, np.int64), TRAINING, 0)
    assert judged == {
        "available": False,
        "why": "0 tracks of the emotion corpus have absolute values; 10 are needed",
    }


def test_judged_tracks_without_features_stop_the_stage() -> None:
    data = corpus(2)
    empty = Corpus(
        data.track_ids,
        data.embeddings,
        data.loudness,
        data.pairs,
        data.affect,
        data.judgements.among(np.zeros(6, dtype=bool)),
    )
    with pytest.raises(
        BadInput, match=r"no judged pair has features .* 6 tracks with features have absolute"
    ):
        transfer(empty, ABOUT, TRAINING, 5, seed=0)


def test_where_there_are_no_pairs_the_model_learns_absolute_values(tmp_path: Path) -> None:
    data = corpus()
    nobody = empty_table("pairs")
    unpaired = Corpus(
        data.track_ids,
        data.embeddings,
        data.loudness,
        nobody,
        data.affect,
        read_judgements(nobody, data.track_ids),
    )
    mood, metrics = transfer(unpaired, ABOUT, TRAINING, 5, seed=0)
    assert metrics["learned_from"] == mood.learned_from == "values"
    assert metrics["arousal"] == {"available": False, "why": "the dataset 'synthetic' has no judged pairs"}
    assert metrics["absolute_values"]["arousal"]["r2"]["low"] > 0.3
    assert "pairs_judged_right" not in metrics["absolute_values"]["arousal"]
    known = data.affect[["arousal", "valence"]].to_numpy()
    assert np.abs(mood.predict(data.embeddings) - known).mean() < 0.1
    save_mood(tmp_path, mood, TRAINING.hidden)
    again = load_mood(tmp_path)
    assert isinstance(again, Mood)
    assert again.calibration.startswith("absolute value")
    assert np.array_equal(again.predict(data.embeddings), mood.predict(data.embeddings))
    write_json(tmp_path / "transfer.json", metrics)


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=20))
def test_calibrated_mood_is_in_the_unit_interval_and_keeps_the_order(values: list[float]) -> None:
    scores = np.array([values, values], dtype=np.float32).T
    reference = np.random.default_rng(0).normal(size=(9, 2)).astype(np.float32)
    calibrated = calibrate(scores, reference)
    assert ((calibrated >= 0) & (calibrated <= 1)).all()
    order = np.argsort(scores[:, 0], kind="stable")
    assert (np.diff(calibrated[order, 0]) >= 0).all()


def test_a_track_like_its_only_reference_is_in_the_middle() -> None:
    assert calibrate(np.array([[2.0, -3.0]], np.float32), np.array([[2.0, -3.0]], np.float32)).tolist() == [
        [0.5, 0.5]
    ]


def test_training_on_values_orders_tracks() -> None:
    data = corpus()
    values = data.affect[["arousal", "valence"]].to_numpy(dtype=np.float32)
    scores = train_on_values(data.embeddings, values, TRAINING, seed=0).scores(data.embeddings)
    assert spearmanr(scores[:, 1], values[:, 1]).statistic > 0.9


def test_a_saved_mood_model_is_the_same_in_all_its_forms(tmp_path: Path) -> None:
    data = corpus()
    model = train_on_pairs(data.embeddings, data.judgements, TRAINING, seed=0)
    mood = Mood(model, model.scores(data.embeddings), "here")
    for folder in ("one", "other"):
        save_mood(tmp_path / folder, mood, TRAINING.hidden)
    again = load_mood(tmp_path / "one")
    assert isinstance(again, Mood)
    assert np.array_equal(again.predict(data.embeddings), mood.predict(data.embeddings))
    state = torch.load(tmp_path / "one/av_regressor.pth", weights_only=True)
    assert all(torch.equal(state[name], tensor) for name, tensor in model.state_dict().items())
    for file in ("weights.safetensors", "config.json", "av_regressor.pth"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_an_unavailable_mood_model_says_why(tmp_path: Path) -> None:
    save_unavailable(tmp_path, "no pairs")
    assert load_mood(tmp_path) == "no pairs"


def test_outputs_in_another_order_are_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"available": True, "outputs": "valence, arousal"})
    with pytest.raises(BadInput, match="must be 'arousal, valence'"):
        load_mood(tmp_path)


def test_ten_times_the_power_is_ten_decibels_louder() -> None:
    mel = np.random.default_rng(0).normal(-30, 5, size=(1, 8, 20))
    levels = loudness(np.concatenate([mel, mel + 10]).astype(np.float32))
    assert levels[1] - levels[0] == pytest.approx(10, abs=1e-4)
    assert loudness(np.full((1, 2, 3), -10.0)).tolist() == pytest.approx([10 * np.log10(0.2)])
