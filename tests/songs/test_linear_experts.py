"""Ridge against scikit-learn, experts that learn what their modality tells, and words counted as a topic model counts them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from reprise.songs import ridge
from reprise.songs.experts import contributions, fit_experts
from reprise.songs.ridge import fit_ridge
from reprise.songs.words import Vocabulary, split

Floats = npt.NDArray[np.float64]


def groups(n: int, of: int = 3) -> npt.NDArray[np.str_]:
    return np.array([f"artist {row // of}" for row in range(n)])


@pytest.mark.parametrize(("n", "columns"), [(30, 8), (12, 40)])
def test_the_closed_form_is_scikit_learns(n: int, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "PENALTIES", (0.3,))
    rng = np.random.default_rng(0)
    table, targets = rng.normal(size=(n, columns)) + 5, rng.normal(size=(n, 2))
    linear, _ = fit_ridge(table, targets, groups(n))
    centred = table - table.mean(axis=0)
    penalty = 0.3 * np.square(centred).sum(axis=1).mean()
    reference = Ridge(alpha=penalty).fit(table, targets)
    np.testing.assert_allclose(linear.predict(table), reference.predict(table), atol=1e-8)


def test_each_target_has_its_own_penalty_and_noise_is_shrunk_to_nothing() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(120, 5))
    targets = np.stack([table[:, 0], rng.normal(size=120)], axis=1)
    linear, held = fit_ridge(table, targets, groups(120))
    assert abs(linear.coefficients[0, 0] - 1) < 0.01
    assert np.abs(linear.coefficients[:, 1]).max() < 0.1
    assert np.corrcoef(held[:, 0], targets[:, 0])[0, 1] > 0.99


def test_held_out_predictions_do_not_know_their_own_group() -> None:
    """A table that only names the group predicts each song perfectly, and no other group's."""
    names = groups(60)
    table = (names[:, None] == np.unique(names)).astype(float)
    targets = np.random.default_rng(0).normal(size=(20, 1)).repeat(3, axis=0)
    linear, held = fit_ridge(table, targets, names)
    assert np.square(held - targets).mean() > 0.9 * targets.var()
    fitted = np.square(linear.predict(table) - targets).mean()
    assert fitted < np.square(held - targets).mean()


def test_experts_are_trusted_for_what_their_modality_tells() -> None:
    rng = np.random.default_rng(1)
    n = 150
    tables = {
        "words": rng.random((n, 6)),
        "rare_words": rng.random((n, 3)),
        "sentences": rng.normal(size=(n, 6)),
        "audio": rng.normal(size=(n, 4)),
    }
    tables["metadata"] = rng.normal(size=(n, 3))
    targets = np.stack([tables["words"][:, 0] * 3, tables["audio"][:, 1]], axis=1)
    targets = (targets - targets.mean(axis=0)) / targets.std(axis=0)
    present = {"lyrics": np.ones(n, bool), "audio": np.arange(n) < 100, "metadata": np.ones(n, bool)}
    experts, held = fit_experts(tables, present, targets, groups(n))
    assert experts["words"].trust[0] > 0.9
    assert experts["audio"].trust[1] > 0.9
    assert np.square(held["lyrics"][:, 0] - targets[:, 0]).mean() < 0.05
    assert (held["audio"][100:] == 0).all()
    said = contributions(experts, tables)
    assert np.abs(said["metadata"]).mean() < 0.15 * np.abs(said["lyrics"]).mean()
    assert {name: values.shape for name, values in said.items()} == dict.fromkeys(present, (n, 2))


def test_a_modality_that_nobody_has_makes_no_expert() -> None:
    rng = np.random.default_rng(1)
    tables: dict[str, Floats] = {
        "words": rng.random((30, 4)),
        "rare_words": rng.random((30, 0)),
        "sentences": rng.normal(size=(30, 4)),
    }
    tables |= {"audio": np.zeros((30, 4)), "metadata": rng.normal(size=(30, 3))}
    present = {"lyrics": np.ones(30, bool), "audio": np.zeros(30, bool), "metadata": np.ones(30, bool)}
    experts, held = fit_experts(tables, present, rng.normal(size=(30, 2)), groups(30))
    assert not experts["audio"].trust.any()
    assert not held["audio"].any()


def test_words_are_counted_in_any_language() -> None:
    assert split("Love, LOVE! l'été 2 a naïve straße любовь don't") == [
        "love", "love", "été", "naïve", "straße", "любовь", "don"
    ]  # fmt: skip


def test_the_vocabulary_is_of_words_in_two_texts_and_shares_sum_to_one() -> None:
    texts = np.array(["love love rain", "love night", "rain once", "night night", "", "unheard"])
    words = Vocabulary.fit(texts[:4], most=10)
    assert words.words == ("love", "night", "rain")
    shares = words.shares(texts)
    np.testing.assert_allclose(shares[0], [2 / 3, 0, 1 / 3])
    np.testing.assert_allclose(shares.sum(axis=1), [1, 1, 1, 1, 0, 0])
    assert Vocabulary.fit(texts[:4], most=2).words == ("love", "night")


def test_weighed_words_are_scikit_learns_tfidf() -> None:
    texts = np.array(["love love rain", "love night", "rain once", "night night rain", "night"])
    counts = TfidfVectorizer(sublinear_tf=True, min_df=2)
    expected = counts.fit_transform(texts).toarray()
    words = Vocabulary.fit(texts, most=10)
    assert words.words == tuple(counts.get_feature_names_out())
    np.testing.assert_allclose(words.weighed(texts), expected, atol=1e-12)
    assert not words.weighed(np.array(["unheard"])).any()
