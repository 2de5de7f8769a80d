from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from reprise.corpus import factor_set
from reprise.corpus.factor_set import FactorSet, GridPlace, generate_factor_set
from reprise.corpus.factors import PROBE_RANGES
from reprise.corpus.genres import FACTOR_NAMES
from reprise.errors import BadParameter

SMALL = FactorSet(levels=3, bases=2, probes=80)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factor_set, "render", lambda _: np.zeros(1, np.int16))


def test_the_grid_has_each_factor_at_each_level_around_each_base() -> None:
    places = [place for _, place in SMALL.draw(0) if place]
    lines = Counter((place.factor, place.base) for place in places)
    assert len(set(places)) == len(places)
    assert lines == {(f, b): 2 if f == "mode" else 3 for f in FACTOR_NAMES for b in range(2)}
    assert len(SMALL.draw(0)) == SMALL.n_tracks == 2 * (12 * 3 + 2) + 80


@pytest.mark.parametrize("factor", FACTOR_NAMES)
def test_a_line_of_the_grid_varies_its_factor_and_no_other(factor: str) -> None:
    line = {
        place.level: spec
        for spec, place in SMALL.draw(0)
        if place and (place.factor, place.base) == (factor, 0)
    }
    tracks = [line[level].factors() for level in sorted(line)]
    varied = [track.pop(factor) for track in tracks]
    low, high = PROBE_RANGES.get(factor, (0.0, 1.0))
    assert all(track == tracks[0] for track in tracks)
    np.testing.assert_allclose(varied, np.linspace(low, high, len(varied)))


def test_tracks_of_one_base_share_score_and_players() -> None:
    specs = [spec for spec, place in SMALL.draw(0) if place and place.base == 0]
    assert len({(spec.genre, spec.composition, spec.artist, spec.index, spec.tonic) for spec in specs}) == 1


@pytest.mark.parametrize("seed", range(3))
def test_factors_of_the_probe_are_independent_and_fill_their_ranges(seed: int) -> None:
    specs = [spec for spec, place in SMALL.draw(seed) if place is None]
    table = np.array([list(spec.factors().values()) for spec in specs])
    assert np.abs(np.corrcoef(table.T) - np.eye(len(FACTOR_NAMES))).max() < 0.12
    for name, column in zip(FACTOR_NAMES, table.T, strict=True):
        low, high = PROBE_RANGES.get(name, (0.0, 1.0))
        counts, _ = np.histogram(column, 4 if name != "mode" else 2, (low, high))
        assert counts.min() == counts.max()


def test_the_style_of_a_piece_tells_nothing_of_its_factors() -> None:
    specs = [spec for spec, place in FactorSet(2, 1, 400).draw(0) if place is None]
    styles = np.array([spec.genre for spec in specs])
    table = np.array([list(spec.factors().values()) for spec in specs])
    within = np.mean([table[styles == style].var(axis=0) for style in np.unique(styles)], axis=0)
    assert (1 - within / table.var(axis=0)).max() < 0.05


def test_order_and_names_tell_nothing(silent: None) -> None:  # noqa: ARG001
    tracks = list(generate_factor_set(SMALL, seed=0))
    in_grid = np.array([track.place is not None for track in tracks], float)
    assert abs(np.corrcoef(in_grid, np.arange(len(tracks)))[0, 1]) < 0.2
    assert len({track.source for track in tracks}) == len(tracks)
    assert all(len(track.source) == 16 and int(track.source, 16) >= 0 for track in tracks)


def test_another_seed_gives_other_tracks(silent: None) -> None:  # noqa: ARG001
    first, second = ({track.source for track in generate_factor_set(SMALL, seed)} for seed in (0, 1))
    assert not first & second


@pytest.mark.parametrize(
    ("sizes", "message"),
    [((1, 2, 80), "levels is 1"), ((3, 0, 80), "bases is 0"), ((3, 2, 25), "probes is 25.*26")],
)
def test_too_small_a_set_is_refused(sizes: tuple[int, int, int], message: str) -> None:
    with pytest.raises(BadParameter, match=message):
        FactorSet(*sizes)


def test_no_workers_are_refused() -> None:
    with pytest.raises(BadParameter, match="workers is 0"):
        generate_factor_set(SMALL, seed=0, workers=0)


def test_a_rendered_factor_is_heard() -> None:
    wanted: dict[int, Any] = {}
    for spec, place in FactorSet(2, 1, 26).draw(0):
        if place and place.factor == "loudness":
            wanted[place.level] = factor_set._render((spec, place))
    soft, loud = (float(np.std(wanted[level].samples / 32768)) for level in (0, 1))
    assert 20 * np.log10(loud / soft) == pytest.approx(16, abs=0.5)
    assert wanted[1].place == GridPlace("loudness", 0, 1)
