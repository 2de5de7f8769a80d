from __future__ import annotations

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.evaluation import probes
from reprise.evaluation.projection import neighbourhood_map, plane
from reprise.evaluation.uncertainty import Resampling

RESAMPLING = Resampling(50, 50, 0)


def test_groups_never_stand_on_both_sides() -> None:
    groups = np.repeat(np.arange(30), 4)
    reference = np.tile(np.arange(3), 40)
    for fit, held_out in probes.splits_by_group(reference, groups, 0):
        assert not set(groups[fit]) & set(groups[held_out])


def test_a_class_smaller_than_the_folds_takes_part() -> None:
    reference, groups = np.repeat(np.arange(3), 3), np.arange(9)
    splits = probes.splits_by_group(reference, groups, 0)
    assert len(splits) == 3
    assert sorted(np.concatenate([held_out for _, held_out in splits])) == list(range(9))


def test_an_artist_is_not_read_as_its_genre() -> None:
    """Latents that know the artist and nothing else: a split that ignores artists would score 1."""
    generator = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 8)
    reference = generator.permutation(np.repeat(np.arange(4), 5))[groups]
    latents = 5.0 * generator.standard_normal((20, 8))[groups] + 0.01 * generator.standard_normal((160, 8))
    splits = probes.splits_by_group(reference, groups, 0)
    found = probes.evaluate(latents, reference, groups, splits, RESAMPLING)
    assert found["knn"].tracks.value < 0.5
    leaking = probes.splits_by_group(reference, np.arange(160), 0)
    assert probes.evaluate(latents, reference, groups, leaking, RESAMPLING)["knn"].tracks.value > 0.95


def test_noise_reads_at_chance_and_labels_at_one() -> None:
    generator = np.random.default_rng(1)
    reference, groups = np.tile(np.arange(4), 50), np.arange(200)
    splits = probes.splits_by_group(reference, groups, 0)
    noise = probes.evaluate(generator.standard_normal((200, 5)), reference, groups, splits, RESAMPLING)[
        "linear"
    ]
    assert noise.chance == pytest.approx(0.25, abs=0.03)
    assert abs(noise.tracks.value - 0.25) < 0.12
    known = probes.evaluate(np.eye(4)[reference], reference, groups, splits, RESAMPLING)
    assert known["linear"].tracks.value == known["knn"].tracks.value == 1.0


def test_one_class_is_refused() -> None:
    with pytest.raises(BadInput, match="two classes"):
        probes.evaluate(np.ones((4, 2)), np.zeros(4), np.arange(4), [], RESAMPLING)


def test_the_plane_keeps_distances_of_flat_data_and_fixes_signs() -> None:
    generator = np.random.default_rng(2)
    flat = generator.standard_normal((30, 2)) @ generator.standard_normal((2, 6))
    points = plane(flat)
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(np.linalg.norm(flat[0] - flat[1]))
    assert plane(flat) == pytest.approx(plane(flat.copy()))


@pytest.mark.parametrize(("n", "method"), [(20, "PCA"), (60, "t-SNE")])
def test_maps_are_the_same_twice(n: int, method: str) -> None:
    latents = np.random.default_rng(3).standard_normal((n, 5)).astype(np.float32)
    first, name = neighbourhood_map(latents, 0)
    assert name == method
    assert first.shape == (n, 2)
    assert np.array_equal(first, neighbourhood_map(latents, 0)[0])


@pytest.mark.parametrize(
    ("latents", "labels", "groups"), [((4,), 4, 4), ((4, 2), 3, 4), ((4, 2), 4, 3), ((3, 2), 4, 4)]
)
def test_labels_and_groups_of_other_lengths_are_refused(
    latents: tuple[int, ...], labels: int, groups: int
) -> None:
    with pytest.raises(BadInput, match="one label and group per latent"):
        probes.validate(np.ones(latents), np.arange(labels) % 2, np.arange(groups))


def test_a_rare_class_does_not_take_folds_from_the_others() -> None:
    reference, groups = np.repeat([0, 1], [2, 28]), np.arange(30)
    splits = probes.splits_by_group(reference, groups, 0)
    assert len(splits) == 5
    assert [len(fit) + len(held_out) for fit, held_out in splits] == [30] * 5


def test_no_more_folds_than_groups() -> None:
    assert len(probes.splits_by_group(np.tile([0, 1], 12), np.repeat(np.arange(3), 8), 0)) == 3


def test_a_mask_fits_on_the_rest() -> None:
    [(fit, held_out)] = probes.split_by_mask(np.array([True, False, False, True, False]))
    assert (fit.tolist(), held_out.tolist()) == ([1, 2, 4], [0, 3])


def test_a_probe_is_fitted_on_two_classes_or_more() -> None:
    latents, reference = np.array([[0.0], [1.0], [0.1], [0.9]]), np.array(["a", "b", "a", "b"])
    scored, truth, said = probes.predictions(
        probes.linear_probe, latents, reference, [(np.array([0, 1]), np.array([3, 2]))]
    )
    assert (scored.tolist(), truth.tolist(), said.tolist()) == ([3, 2], ["b", "a"], ["b", "a"])
    with pytest.raises(BadInput, match="among the tracks it is fitted on"):
        probes.predictions(probes.linear_probe, latents, reference, [(np.array([0, 2]), np.array([1, 3]))])


def test_two_classes_are_enough() -> None:
    probes.validate(np.ones((4, 2)), np.array([0, 1, 0, 1]), np.arange(4))


def test_folds_without_held_out_tracks_are_left_out() -> None:
    """Few groups of very uneven size: scikit-learn leaves a fold empty, on which no probe can be scored."""
    for seed in range(200):
        generator = np.random.default_rng(seed)
        groups = np.repeat(np.arange(5), generator.integers(1, 20, 5))
        reference = generator.integers(0, 2, 5)[groups]
        if len(np.unique(reference)) == 2:
            splits = probes.splits_by_group(reference, groups, 0)
            assert min(len(held_out) for _, held_out in splits) > 0
            assert sum(len(held_out) for _, held_out in splits) == len(groups)


@pytest.mark.parametrize(
    ("classes", "groups", "why"),
    [
        ("aabb", "xxxx", "one group"),
        ("abcd", "wxyz", "no class has two tracks"),
        ("aaaabbb", "xxxxuvw", "fewer than two classes are left"),  # without x there is no a
        ("aabb", "xyxy", None),
        ("aabbc", "xyxyx", None),
    ],
)
def test_whether_artists_allow_folds(classes: str, groups: str, why: str | None) -> None:
    found = probes.usable_splits(np.array(list(classes)), np.array(list(groups)), seed=0)
    if why is None:
        assert not isinstance(found, str)
        assert sorted(np.concatenate([asked for _, asked in found]).tolist()) == list(range(len(classes)))
    else:
        assert why in found


def test_what_is_left_to_fit_must_hold_two_classes_in_every_split() -> None:
    classes = np.array(list("aabbc"))
    rows = np.arange(5)
    two = (rows[:3], rows[3:])
    one = (rows[:2], rows[2:])
    assert probes.why_not_fitted(classes, [two, (rows, rows)]) is None
    assert "fewer than two classes" in str(probes.why_not_fitted(classes, [two, one]))
