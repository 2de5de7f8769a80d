from __future__ import annotations

import pandas as pd

from reprise.relabel.naming import Rules, Theme, descriptor_words, label_indices, name_clusters

RULES = Rules(min_share=0.1, fdr=0.05, theme=0.5)


def profile(*rows: tuple[int, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["cluster", "tag", "lift", "q_value"])


def centres(*tempi: float) -> pd.DataFrame:
    return pd.DataFrame({"tempo": tempi, "centroid_mean": [0.0] * len(tempi)})


def name(shares: list[float], table: pd.DataFrame, tags: pd.DataFrame) -> dict[int, Theme]:
    return name_clusters(pd.Series(shares), table, tags, RULES)


def test_name_is_the_two_most_significant_tags() -> None:
    tags = profile((0, "high-energy", 3.0, 0.001), (0, "dance", 2.0, 0.01), (0, "party", 2.0, 0.02))
    assert name([1.0], centres(2.0), tags) == {0: Theme("High-Energy / Dance", "tags")}


def test_frequent_but_insignificant_or_rarer_tags_name_nothing() -> None:
    tags = profile((0, "film", 1.5, 0.2), (0, "calm", 0.4, 0.001))
    assert name([1.0], centres(2.0), tags) == {0: Theme("fast", "descriptors")}


def test_without_tags_descriptors_name_in_a_fixed_order() -> None:
    centre = pd.DataFrame({"chroma_mean": [0.9], "tempo": [0.6], "centroid_mean": [1.5], "rms_mean": [-0.55]})
    assert name([1.0], centre, profile())[0].name == "fast / bright / dense"


def test_descriptor_words_are_strongest_first() -> None:
    assert descriptor_words(pd.Series({"tempo": -0.7, "centroid_mean": 2.0, "zcr_mean": 9.0}), 0.5) == [
        "bright",
        "slow",
    ]


def test_small_and_themeless_clusters_are_discarded_with_the_reason() -> None:
    assert name([0.95, 0.05], centres(0.1, 3.0), profile()) == {
        0: Theme("", "themeless"),
        1: Theme("", "small"),
    }


def test_equal_names_take_one_more_tag_and_then_a_number() -> None:
    tags = profile(
        *[(cluster, tag, 2.0, 0.01) for cluster in range(3) for tag in ("calm", "soft")],
        (1, "film", 2.0, 0.02),
    )
    names = [theme.name for theme in name([0.4, 0.3, 0.3], centres(0, 0, 0), tags).values()]
    assert names == ["Calm / Soft", "Calm / Soft / Film", "Calm / Soft (2)"]


def test_label_indices_are_alphabetical_and_skip_the_discarded() -> None:
    themes = {0: Theme("Rock", "tags"), 1: Theme("", "small"), 2: Theme("Calm", "tags")}
    assert label_indices(themes) == {"Calm": 0, "Rock": 1}
