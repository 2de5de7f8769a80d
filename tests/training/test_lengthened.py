from __future__ import annotations

import pytest

from reprise.training.loop import Phase, lengthened


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
