from __future__ import annotations

from dataclasses import replace

import pytest

from reprise.training.phase import Phase, lengthened


def phase(epochs: int) -> Phase:
    return Phase("p", epochs, 0.1, lambda _batch, _generator: {}, {})


@pytest.mark.parametrize(
    ("epochs", "steps_per_epoch", "min_steps", "expected"),
    [
        ((16,), 35, 500, (16,)),  # 560 steps are enough
        ((16,), 14, 500, (36,)),  # 224 are not: 16 * 500 / 224
        ((11, 5), 14, 500, (25, 12)),  # phases grow in proportion
        ((3,), 1, 0, (3,)),
    ],
)
def test_a_small_collection_gets_more_epochs(
    epochs: tuple[int, ...], steps_per_epoch: int, min_steps: int, expected: tuple[int, ...]
) -> None:
    found = lengthened(tuple(phase(number) for number in epochs), steps_per_epoch, min_steps)
    assert tuple(one.epochs for one in found) == expected


def test_annealing_is_lengthened_along() -> None:
    (found,) = lengthened((replace(phase(16), anneal_epochs=4),), 14, 500)
    assert (found.epochs, found.anneal_epochs) == (36, 9)


def test_the_weight_of_the_divergence_rises_linearly_and_stays() -> None:
    annealed = replace(phase(9), weights={"kl": 4.0, "reconstruction": 1.0}, anneal_epochs=4)
    assert [annealed.weights_in(epoch)["kl"] for epoch in range(6)] == [0, 1, 2, 3, 4, 4]
    assert all(annealed.weights_in(epoch)["reconstruction"] == 1.0 for epoch in range(6))
    assert phase(9).weights_in(0) == {}


def test_the_cosine_rate_falls_from_the_whole_to_nearly_nothing() -> None:
    falling = replace(phase(4), cosine=True)
    assert [falling.rate(epoch) for epoch in range(4)] == pytest.approx(
        [0.1, 0.0853553, 0.05, 0.0146447], rel=1e-4
    )
    assert phase(4).rate(3) == 0.1
