"""Properties of tracks come from their own rows of the descriptors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.evaluation.world import make_world

from reprise.evaluation.onsets import onset_rates
from reprise.evaluation.properties import PROPERTIES, read_all_properties, read_properties
from reprise.tables import read_table


def test_properties_follow_the_order_of_the_tracks_asked_for(tmp_path: Path) -> None:
    world = make_world(tmp_path, 24)
    vectors = tmp_path / "data/features/tracks/vectors"
    table = read_table(vectors / "descriptors.parquet", "descriptors").set_index("track_id")
    asked = np.array([world.ids[5], world.ids[2], "no such track"])
    found = read_properties(vectors, asked)
    assert set(found) == {"tempo", "loudness", "brightness", "noisiness"}
    for name, values in found.items():
        assert values[:2].tolist() == table[PROPERTIES[name]].loc[asked[:2]].tolist()
        assert np.isnan(values[2])


def test_onset_rates_stand_beside_them(tmp_path: Path) -> None:
    world = make_world(tmp_path, 24)
    vectors, frames = (tmp_path / "data/features/tracks" / name for name in ("vectors", "frames"))
    mel = np.load(frames / "mel.npy")
    found = read_all_properties(vectors, world.ids, mel, 43.0)
    assert set(found) == {*PROPERTIES, "onset rate"}
    assert found["onset rate"].tolist() == onset_rates(mel, 43.0).tolist()
