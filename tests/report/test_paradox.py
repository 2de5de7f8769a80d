from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from reprise.evaluation.reference import Reference
from reprise.evaluation.uncertainty import Resampling
from reprise.models.read_latents import Latents
from reprise.report import paradox
from reprise.report.contestant import Field
from reprise.report.findings import pair_rows

N = 40


def pair(groups: Any) -> paradox.Pair:
    """A model and its twin on tracks of two classes, three rock to one jazz."""
    generator = np.random.default_rng(0)
    ids = np.array([f"{number:02d}" for number in range(N)])
    classes = np.where(np.arange(N) % 4 == 0, "jazz", "rock")
    reference = Reference(ids, {"genre": classes}, np.full(N, "train"), groups, {})
    field = Field(reference, {"loudness": generator.standard_normal(N)}, 2, 2, Resampling(5, 5, 0))
    latents = [generator.standard_normal((N, 3)).astype(np.float32) for _ in range(3)]
    of: Any = {
        name: SimpleNamespace(contestant=SimpleNamespace(latents=values))
        for name, values in zip(("conv_vae", "cvae"), latents, strict=False)
    }
    given = Latents(ids, latents[2], "genre")
    return paradox._pair("cvae", "conv_vae", "genre", given, of, field)


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (np.full(N, "one"), "one group"),
        (np.where(np.arange(N) % 4 == 0, "a", [f"b{number % 6}" for number in range(N)]), "too few artists"),
    ],
)
def test_artists_that_allow_no_folds_leave_the_probe_out(groups: Any, why: str) -> None:
    found = pair(groups)
    assert why in found.to_dict()["told"]["probe"]["why"]
    assert "ami" in found.to_dict()["told"]
    assert {row[4] for row in pair_rows(found)[1][:3]} == {"–"}
    assert paradox.figure([found]) is not None


def test_the_largest_class_is_not_called_chance() -> None:
    found = pair(np.array([f"artist {number // 2}" for number in range(N)]))
    assert found.majority == found.to_dict()["majority"] == 0.75
    assert set(found.chance) == {"between", "captures"}
    rows = pair_rows(found)[1]
    assert [row[0] for row in rows[3:]] == ["by chance", "always the largest class"]
    assert (rows[3][4], rows[4][4]) == ("–", "0.750")
