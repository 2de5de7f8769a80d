"""The whole experiment on a small world: it learns, compares, ablates, says what it lacks, and reads itself back."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reprise import tables
from reprise.errors import BadParameter, MissingData
from reprise.songs.artefacts import load_regressor, save_regressor, save_report, save_unavailable
from reprise.songs.experiment import Experiment, run_experiment, why_not
from reprise.songs.regressor import fit_regressor
from reprise.songs.source import SongTables, assemble
from reprise.songs.summary import PEERS, TOPICS, metrics

SongWorld = Callable[..., SongTables]


LYRICS = {"model": "all-MiniLM-L6-v2", "max_tokens": 64, "batch_size": 1}


@pytest.fixture(scope="module")
def experiment(module_world: SongWorld, module_params: dict[str, Any]) -> Experiment:
    return run_experiment(assemble(module_world()), module_params | {"learning_curve": [0.5]}, seed=0)


def numbers(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from numbers(item)
    else:
        yield value


def test_topics_are_learned_from_lyrics_and_loudness_from_audio(experiment: Experiment) -> None:
    found = metrics(experiment)["folds"]
    topics, audio = found["groups"]["lyric_topics"], found["groups"]["audio"]
    assert topics["regressor"]["r2"]["low"] > 0.5
    assert audio["regressor"]["r2"]["low"] > 0.5
    assert topics["ridge_metadata"]["r2"]["high"] < 0.2
    assert abs(topics["mean"]["r2"]["value"]) < 0.2
    assert topics["ridge_lyrics"]["r2"]["low"] > 0.5
    assert audio["ridge_lyrics"]["r2"]["high"] < 0.3
    ablation = found["ablation"]
    assert ablation["without_lyrics"]["lyric_topics"]["change"]["high"] < -0.3
    assert ablation["without_audio"]["audio"]["change"]["high"] < -0.3
    assert abs(ablation["without_audio"]["lyric_topics"]["change"]["value"]) < 0.2


def test_every_number_comes_with_its_interval_chance_and_baseline(experiment: Experiment) -> None:
    found = metrics(experiment)
    assert set(found["targets"]) == set(tables.TARGETS)
    for entry in found["targets"].values():
        for metric in ("r2", "mae", "spearman"):
            assert set(entry[metric]) == {
                "value",
                "low",
                "high",
                "chance",
                "best_baseline",
                "best_baseline_is",
            }
            assert entry[metric]["low"] <= entry[metric]["value"] <= entry[metric]["high"]
    assert set(found["folds"]["targets"]) == set(tables.TARGETS)
    assert len(TOPICS) == 16
    for value in numbers(found):
        assert isinstance(value, (int, float, str))
        assert not isinstance(value, float) or math.isfinite(value)


def test_the_table_has_every_target_under_every_method(experiment: Experiment, tmp_path: Path) -> None:
    save_report(tmp_path / "targets.csv", tmp_path / "size.csv", tmp_path / "curve.tsv", experiment)
    table = pd.read_csv(tmp_path / "targets.csv")
    assert len(table) == 18 * (1 + len(PEERS))
    assert not table.isna().to_numpy().any()
    curve = pd.read_csv(tmp_path / "curve.tsv", sep="\t")
    assert list(curve.epoch) == list(range(len(curve)))


def test_without_audio_its_ablation_is_not_invented(
    song_world: SongWorld, quick_params: dict[str, Any]
) -> None:
    found = metrics(run_experiment(assemble(song_world(audio=False)), quick_params, seed=0))
    assert found["songs"]["with_audio"] == 0
    assert found["ablation"]["without_audio"]["audio"]["available"] is False
    assert found["folds"]["groups"]["lyric_topics"]["regressor"]["r2"]["low"] > 0.4
    assert found["folds"]["groups"]["audio"]["regressor"]["r2"]["high"] < 0.3


def test_targets_of_test_songs_do_not_reach_the_model(
    song_world: SongWorld, quick_params: dict[str, Any]
) -> None:
    songs = assemble(song_world(60))
    changed = replace(songs, targets=songs.targets.copy(), audio=songs.audio.copy())
    changed.targets[songs.part("test")] = 7.0
    changed.audio[songs.part("test")] = 7.0
    quick = quick_params | {"epochs": 3}
    parts = songs.part("train"), songs.part("validation")
    (first, one), (second, two) = (fit_regressor(world, *parts, quick, 0) for world in (songs, changed))
    known = np.concatenate(parts)
    kept = [fitted.predict(fitted.encode(songs.rows(known)))[1] for fitted in (first, second)]
    np.testing.assert_array_equal(kept[0], kept[1])
    assert one.history == two.history


def test_a_saved_regressor_predicts_the_same(
    experiment: Experiment, quick_params: dict[str, Any], tmp_path: Path
) -> None:
    save_regressor(tmp_path, experiment, quick_params, LYRICS)
    saved = load_regressor(tmp_path)
    predictions, embeddings = saved.regressor.predict(saved.regressor.encode(experiment.songs))
    np.testing.assert_allclose(embeddings, experiment.embeddings, atol=1e-6)
    assert embeddings.shape == (150, 64)
    assert np.isfinite(predictions).all()
    assert (saved.targets, saved.lyrics) == (tables.TARGETS, LYRICS)
    ids = tables.read_table(tmp_path / "tracks.parquet")["track_id"].to_numpy(dtype=str)
    np.testing.assert_array_equal(ids, experiment.songs.track_id)


def test_the_same_bytes_twice(song_world: SongWorld, quick_params: dict[str, Any], tmp_path: Path) -> None:
    quick = quick_params | {"epochs": 3}
    for name in ("one", "two"):
        found = run_experiment(assemble(song_world(60)), quick, seed=0)
        save_regressor(tmp_path / name, found, quick, LYRICS)
        folder = tmp_path / name
        save_report(folder / "targets.csv", folder / "size.csv", folder / "curve.tsv", found)
        tables.write_json(tmp_path / name / "metrics.json", metrics(found))
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_any_targets_can_be_chosen(song_world: SongWorld, quick_params: dict[str, Any]) -> None:
    songs = assemble(song_world(60), ("loudness", "sadness"))
    found = metrics(run_experiment(songs, quick_params | {"epochs": 2}, seed=0))
    assert set(found["targets"]) == {"loudness", "sadness"}
    with pytest.raises(BadParameter, match="'lodness' is no column of the targets table"):
        assemble(song_world(60), ("lodness",))


def test_the_learning_curve_counts_songs(experiment: Experiment) -> None:
    found = metrics(experiment)["learning_curve"]
    sizes = [int(name.removesuffix("_songs")) for name in found]
    assert sizes == sorted(sizes)
    assert sizes[-1] == 75  # two folds of 150
    assert sizes[0] < 50
    first, last = (found[f"{size}_songs"]["lyric_topics"]["regressor"]["value"] for size in sizes)
    assert last > first


def test_no_targets_is_said_and_not_invented(song_world: SongWorld, tmp_path: Path) -> None:
    songs = assemble(song_world(40, targets=False))
    why = why_not(songs, {"targets": "gtzan has none"})
    assert why == "gtzan has none"
    files = [tmp_path / name for name in ("targets.csv", "size.csv", "curve.tsv")]
    save_unavailable(tmp_path, files[0], files[1], files[2], why)
    assert pd.read_csv(tmp_path / "targets.csv").empty
    with pytest.raises(MissingData, match="gtzan has none"):
        load_regressor(tmp_path)


def test_too_few_songs_is_said(song_world: SongWorld) -> None:
    assert "train songs with targets, at least 10" in why_not(assemble(song_world(9)), {})


@pytest.mark.slow
def test_real_songs_run_without_audio(real_data: Path, quick_params: dict[str, Any]) -> None:
    path = real_data / "tcc_ceds" / "tcc_ceds_music_1000.csv"
    if not path.exists():
        pytest.skip(f"no {path}")
    songs = assemble(real_tables(pd.read_csv(io.StringIO(path.read_text())).head(400)))
    found = metrics(run_experiment(songs, quick_params | {"epochs": 5, "max_words": 1000}, seed=0))
    assert found["songs"]["with_audio"] == 0
    assert found["ablation"]["only_audio"]["lyric_topics"]["available"] is False
    topics = found["folds"]["groups"]["lyric_topics"]
    assert topics["ridge_tfidf"]["r2"]["low"] > topics["mean"]["r2"]["high"]
    assert topics["regressor_minus"]["ridge_tfidf"]["low"] > 0


def real_tables(rows: pd.DataFrame) -> SongTables:
    """Rows of the 1950-2019 file, with hashed words in place of the sentence encoder."""
    from sklearn.feature_extraction.text import HashingVectorizer

    table = pd.DataFrame({"track_id": [f"{number:016x}" for number in rows["Unnamed: 0"]]})
    rows = rows.set_axis(table.index)
    groups = pd.factorize(rows.artist_name)[0]
    part = np.select([groups % 5 == 0, groups % 5 == 1], ["test", "validation"], "train")
    return SongTables(
        splits=table.assign(split=part, group_id=groups.astype(str)),
        targets=pd.concat([table, rows[list(tables.TARGETS)]], axis=1),
        labels=table.assign(genre=rows.genre, language="en"),
        metadata=table.assign(
            title=rows.track_name, artist=rows.artist_name, year=rows.release_date.astype("Int64")
        ),
        texts=table.assign(text=rows.lyrics),
        descriptors=tables.empty_table("descriptors"),
        embedded=table,
        embeddings=HashingVectorizer(n_features=384).transform(rows.lyrics).toarray(),
    )
