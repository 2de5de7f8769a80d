"""Which original tags are over-represented in a cluster: counts, lift, and significance with multiple-testing control.

Conventions
-----------
Only tracks with at least one tag count. With M such tracks, n of them carrying the tag, and N in the cluster, the count x in the cluster
follows a hypergeometric law if tag and cluster are independent; lift = (x / N) / (n / M) and p = P(X >= x).

References
----------
Benjamini and Hochberg 1995, "Controlling the false discovery rate". Bourgon et al. 2010 (filtering by the tag's total count, which
is independent of the test, keeps the control).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import hypergeom

COLUMNS = ["cluster", "tag", "count", "cluster_tracks", "tag_tracks", "lift", "p_value", "q_value"]

MIN_TAG_TRACKS = 5
"""Tags of fewer tracks are not tested: they could not become significant and would only cost power."""


def plain_tag(tag: str) -> str:
    """Return the tag without its category (``mood/theme---calm`` is ``calm``)."""
    return tag.rsplit("---", 1)[-1]


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the false discovery rate at which each hypothesis becomes rejected.

    Parameters
    ----------
    p_values
        Shape (m,), in [0, 1].

    Returns
    -------
    numpy.ndarray
        Adjusted values min over j >= i of p_(j) m / j, shape (m,), in [0, 1].
    """
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * count / np.arange(1, count + 1)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def profile_clusters(clusters: pd.Series[int], tags: pd.DataFrame) -> pd.DataFrame:
    """Test every tag in every cluster.

    Parameters
    ----------
    clusters
        Cluster of each track, indexed by track_id.
    tags
        Long table with columns track_id and tag; tracks without a cluster are ignored.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by cluster, p-value, falling lift and tag; empty if no tag is frequent enough.
    """
    rows = tags[tags["track_id"].isin(clusters.index)].copy()
    rows["tag"] = rows["tag"].astype(str).map(plain_tag)
    rows = rows.drop_duplicates(["track_id", "tag"])
    rows["cluster"] = rows["track_id"].map(clusters).astype("int64")
    tag_tracks = rows.groupby("tag").size()
    tag_tracks = tag_tracks[tag_tracks >= MIN_TAG_TRACKS]
    if tag_tracks.empty:
        return pd.DataFrame({column: [] for column in COLUMNS})
    tagged = rows.drop_duplicates("track_id")
    cluster_tracks = tagged.groupby("cluster").size()
    counts = rows[rows["tag"].isin(tag_tracks.index)].groupby(["cluster", "tag"]).size()
    index = pd.MultiIndex.from_product([cluster_tracks.index, tag_tracks.index], names=["cluster", "tag"])
    table = counts.reindex(index, fill_value=0).rename("count").reset_index()
    table["cluster_tracks"] = table["cluster"].map(cluster_tracks)
    table["tag_tracks"] = table["tag"].map(tag_tracks)
    expected = table["cluster_tracks"] * table["tag_tracks"] / len(tagged)
    table["lift"] = table["count"] / expected
    table["p_value"] = hypergeom.sf(
        table["count"] - 1, len(tagged), table["tag_tracks"], table["cluster_tracks"]
    ).clip(0.0, 1.0)
    table["q_value"] = benjamini_hochberg(table["p_value"].to_numpy(dtype=np.float64))
    order = ["cluster", "p_value", "lift", "tag"]
    return table.sort_values(order, ascending=[True, True, False, True], kind="stable").reset_index(drop=True)
