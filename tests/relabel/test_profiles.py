from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import false_discovery_control, fisher_exact

from reprise.relabel.profiles import benjamini_hochberg, plain_tag, profile_clusters


def table() -> tuple[pd.Series[int], pd.DataFrame]:
    ids = [f"t{number:02d}" for number in range(40)]
    clusters = pd.Series([0] * 10 + [1] * 30, index=ids)
    rows = [(track, "calm") for track in ids[:8] + ids[10:13]] + [(track, "loud") for track in ids]
    return clusters, pd.DataFrame(rows, columns=["track_id", "tag"])


def test_p_value_is_fishers_one_sided_test() -> None:
    clusters, tags = table()
    row = profile_clusters(clusters, tags).query("cluster == 0 and tag == 'calm'").iloc[0]
    assert row["p_value"] == pytest.approx(fisher_exact([[8, 2], [3, 27]], alternative="greater").pvalue)
    assert row["lift"] == pytest.approx((8 / 10) / (11 / 40))


def test_a_tag_on_every_track_is_never_over_represented() -> None:
    profile = profile_clusters(*table()).query("tag == 'loud'")
    assert profile["lift"].to_list() == [1.0, 1.0]
    assert profile["p_value"].to_list() == [1.0, 1.0]


@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1)))
def test_benjamini_hochberg_agrees_with_scipy(p_values: np.ndarray) -> None:
    np.testing.assert_allclose(benjamini_hochberg(p_values), false_discovery_control(p_values), atol=1e-12)


def test_rare_tags_strangers_and_repeats_do_not_count() -> None:
    clusters, tags = table()
    more = pd.DataFrame(
        {"track_id": ["t00", "t01", "elsewhere", "t00"], "tag": ["rare", "rare", "calm", "calm"]}
    )
    again = profile_clusters(clusters, pd.concat([tags, more], ignore_index=True))
    pd.testing.assert_frame_equal(again, profile_clusters(clusters, tags))


def test_no_tags_give_an_empty_profile() -> None:
    clusters, tags = table()
    assert profile_clusters(clusters, tags.iloc[:0]).empty


def test_categories_are_left_out_of_tags() -> None:
    assert plain_tag("mood/theme---energetic") == "energetic"
