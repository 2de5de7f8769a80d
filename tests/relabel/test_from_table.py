from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.errors import BadInput, MissingData
from reprise.relabel.from_table import hashed_split, read_descriptors, relabel_table
from reprise.tables import read_json


def acousticbrainz(tracks: int = 60) -> pd.DataFrame:
    """Flattened low-level descriptors of three kinds of tracks."""
    generator = np.random.default_rng(0)
    kind = np.arange(tracks) % 3
    return pd.DataFrame(
        {
            "mbid": [f"mb-{number:08x}" for number in range(tracks)],
            "lowlevel.spectral_centroid.mean": np.array([900, 2500, 1500])[kind]
            + generator.normal(0, 40, tracks),
            "lowlevel.average_loudness": np.array([0.2, 0.9, 0.5])[kind] + generator.normal(0, 0.02, tracks),
            "rhythm.bpm": np.array([80, 130, 100])[kind] + generator.normal(0, 2, tracks),
            "metadata.version.essentia": "2.1-beta5",
            "lowlevel.silence_rate_60dB.dmean2": 0.0,
            "genres": np.array(["ambient; calm", "techno", ""])[kind],
        }
    )


def test_a_table_of_acousticbrainz_gets_names_from_descriptors(root: Path, tmp_path: Path) -> None:
    acousticbrainz().to_csv(tmp_path / "low.csv", index=False)
    counts = relabel_table(tmp_path / "low.csv", tmp_path / "out", k=3, root=root)
    assert counts == {"tracks": 60, "rejects": 0, "descriptors": 3, "ignored columns": 3, "labels": 2}
    assert {"slow / dark / quiet", "fast / bright / loud"} == set(
        read_json(tmp_path / "out/label_to_idx.json")
    )
    labelled = pd.read_csv(tmp_path / "out/tracks_with_cluster_names.csv", dtype=str)
    assert list(labelled.columns) == ["track_id", "new_acoustic_label"]
    assert read_json(tmp_path / "out/relabel.json")["labels_used"] == "none: names from descriptors"


def test_tags_stand_in_a_column_or_in_a_table(tmp_path: Path) -> None:
    table = acousticbrainz(6)
    table.to_csv(tmp_path / "low.tsv", index=False, sep="\t")
    column = read_descriptors(tmp_path / "low.tsv", "genres").tags
    assert column["tag"].to_list() == ["ambient", "calm", "techno", "ambient", "calm", "techno"]
    column.to_csv(tmp_path / "tags.csv", index=False)
    beside = read_descriptors(tmp_path / "low.tsv", str(tmp_path / "tags.csv")).tags
    pd.testing.assert_frame_equal(beside.astype("object"), column.astype("object"))


def test_a_misspelt_column_of_tags_is_named_with_those_there_are(tmp_path: Path) -> None:
    acousticbrainz(6).to_csv(tmp_path / "low.csv", index=False)
    with pytest.raises(
        BadInput, match=r"--tags genre: neither a column of .*low.csv \(it has mbid, .*genres"
    ):
        read_descriptors(tmp_path / "low.csv", "genre")


@pytest.mark.parametrize("k", [-1, 1])
def test_a_number_of_clusters_that_cannot_be_is_refused(root: Path, tmp_path: Path, k: int) -> None:
    acousticbrainz().to_csv(tmp_path / "low.csv", index=False)
    with pytest.raises(BadInput, match=f"--k {k}: it must be 0, .* or 2 or more"):
        relabel_table(tmp_path / "low.csv", tmp_path / "out", k=k, root=root)


def test_names_that_clash_are_looked_for_where_they_were_read(root: Path, tmp_path: Path) -> None:
    acousticbrainz().to_csv(tmp_path / "low.csv", index=False)
    names = tmp_path / "other.yaml"
    names.write_text("slow / dark / quiet: Same\nfast / bright / loud: Same\n")
    with pytest.raises(BadInput, match=r"other.yaml: two labels would be called 'Same'"):
        relabel_table(tmp_path / "low.csv", tmp_path / "out", names=names, k=3, root=root)


def test_a_bad_row_costs_itself_and_says_why(tmp_path: Path) -> None:
    table = acousticbrainz(10)
    table.loc[3, "rhythm.bpm"] = np.inf
    table.loc[5, "mbid"] = table.loc[4, "mbid"]
    table.loc[7, "mbid"] = None
    table.to_csv(tmp_path / "low.csv", index=False)
    found = read_descriptors(tmp_path / "low.csv")
    assert found.rejects["reason"].to_list() == ["not_finite", "repeated", "no_id"]
    assert found.rejects["detail"].iloc[0] == "rhythm.bpm"
    assert len(found.descriptors) == 7


def test_columns_may_be_left_out(tmp_path: Path) -> None:
    acousticbrainz(10).to_csv(tmp_path / "low.csv", index=False)
    assert "rhythm.bpm" not in read_descriptors(tmp_path / "low.csv", ignore="rhythm.bpm").descriptors
    with pytest.raises(BadInput, match="no column 'bpm' to ignore"):
        read_descriptors(tmp_path / "low.csv", ignore="bpm")


def test_what_is_no_table_of_descriptors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="is not there"):
        read_descriptors(tmp_path / "nothing.csv")
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(BadInput, match=r"a \.csv, \.tsv or \.parquet file"):
        read_descriptors(tmp_path / "notes.txt")
    pd.DataFrame({"track_id": ["a", "b"], "year": [1999, 1999]}).to_csv(tmp_path / "flat.csv", index=False)
    with pytest.raises(BadInput, match=r"flat.csv: 0 column\(s\) of numbers that vary, two are needed"):
        read_descriptors(tmp_path / "flat.csv")
    pd.DataFrame({"track_id": ["a", "b"], "mood": ["calm", "dark"]}).to_csv(
        tmp_path / "text.csv", index=False
    )
    with pytest.raises(BadInput, match=r"text.csv: 0 column\(s\) of numbers that vary"):
        read_descriptors(tmp_path / "text.csv")
    pd.DataFrame({"track_id": ["a", "b"], "tempo": [90, 120]}).to_csv(tmp_path / "one.csv", index=False)
    with pytest.raises(BadInput, match=r"one.csv: 1 column\(s\) of numbers that vary \(tempo\), two are"):
        read_descriptors(tmp_path / "one.csv")
    pd.DataFrame({"a": [1, 2], "b": [3, 4]}).to_csv(tmp_path / "unnamed.csv", index=False)
    with pytest.raises(BadInput, match="call it track_id"):
        read_descriptors(tmp_path / "unnamed.csv")


def test_the_split_hangs_on_the_id_alone() -> None:
    ids = pd.Series([f"t{number}" for number in range(400)])
    split = hashed_split(ids)
    assert 0.12 < (split["split"] == "test").mean() < 0.28
    again = hashed_split(ids[::-1])
    pd.testing.assert_frame_equal(split, again.sort_index())


def test_the_real_table_of_gtzan(real_data: Path, root: Path, tmp_path: Path) -> None:
    """All 1,000 tracks of GTZAN by Kaggle's 57 descriptors, without audio; genres stand in for tags."""
    counts = relabel_table(
        real_data / "gtzan_features_30_sec.csv", tmp_path, tags="label", ignore="length", k=6, root=root
    )
    assert (counts["tracks"], counts["descriptors"], counts["rejects"]) == (1000, 57, 0)
    names = " ".join(read_json(tmp_path / "label_to_idx.json"))
    assert "Classical" in names
    assert "Metal" in names
    metrics = read_json(tmp_path / "relabel.json")
    assert metrics["tags"]["over_represented"] >= 10
    gain = metrics["coherence"]["silhouette_gain"]
    assert 0 < gain["low"] < gain["value"]
    assert (
        metrics["coherence"]["acoustic_labels"]["median_f"]
        > metrics["coherence"]["original_tags"]["median_f"]
    )
    assert all(
        (tmp_path / f"plots/{name}.png").stat().st_size > 10_000 for name in ("heatmap", "radar", "map")
    )
