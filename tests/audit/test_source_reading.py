from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reprise.audit.source import reads_lyrics


def test_which_models_are_given_lyrics_is_read_off_their_parameters(root: Path) -> None:
    models = YAML(typ="safe").load(root / "params.yaml")["models"]
    assert {name for name in models if reads_lyrics(models[name])} == {
        "ae_conditional",
        "ae_multimodal",
        "multimodal_vae",
    }


@pytest.mark.parametrize("params", [{}, {"lyrics_components": 0}, {"lyrics_components": None}])
def test_a_model_without_lyrics_is_given_none(params: dict[str, Any]) -> None:
    assert not reads_lyrics(params)
