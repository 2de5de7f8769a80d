"""Fetching models: what is asked for, where it goes, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reprise import hub
from reprise.errors import BadInput, DownloadFailed
from reprise.hub import Use, fetch_weights


class Hub:
    """Stands in for the hub: a model is the files it has."""

    def __init__(self, *files: str) -> None:
        self.files = files
        self.asked: dict[str, Any] = {}

    def __call__(self, name: str, **options: Any) -> str:
        self.asked = options | {"name": name}
        for file in self.files:
            path = Path(options["local_dir"]) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
        return str(options["local_dir"])


@pytest.mark.parametrize(
    ("use", "folder"),
    [(Use.backbone, "inputs/backbone"), (Use.lyrics, "inputs/lyrics_encoder/somebody--a-model")],
)
def test_a_model_lands_where_its_stage_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Use, folder: str
) -> None:
    there = Hub("config.json", "model.safetensors")
    monkeypatch.setattr(hub, "snapshot_download", there)
    assert fetch_weights("somebody/a-model", use, tmp_path, "v1") == tmp_path / folder
    assert (there.asked["name"], there.asked["revision"]) == ("somebody/a-model", "v1")
    patterns = there.asked["allow_patterns"]
    assert not any(pattern.endswith((".bin", ".py", ".pt", ".pkl", "*")) for pattern in patterns)


def test_pickled_weights_are_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "snapshot_download", Hub("config.json"))
    with pytest.raises(
        BadInput, match=r"somebody/old has no model\.safetensors; pickled weights are not read"
    ):
        fetch_weights("somebody/old", Use.lyrics, tmp_path)


def test_without_a_network_it_says_where_to_put_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(_name: str, **_options: Any) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr(hub, "snapshot_download", unreachable)
    with pytest.raises(DownloadFailed, match=r"no route to host.*inputs/backbone by hand"):
        fetch_weights("somebody/resnet", Use.backbone, tmp_path)
