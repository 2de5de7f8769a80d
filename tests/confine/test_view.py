"""What is kept of ``params.yaml`` is what it holds, for as long as it holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprise.confine import view
from reprise.errors import BadInput


def test_parameters_are_kept_as_they_are_and_only_for_their_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "params.yaml"
    file.write_bytes((root / "params.yaml").read_bytes())
    parsed = view.read_yaml(file)
    assert view.parameters(tmp_path) == parsed
    with monkeypatch.context() as patch:
        patch.setattr(view, "read_yaml", lambda _path: pytest.fail("parsed again"))
        assert view.parameters(tmp_path) == parsed
    file.write_text("rate: 1e-05\n", encoding="utf-8")
    assert view.parameters(tmp_path) == {"rate": 0.00001}


def test_what_is_torn_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("seed: 7\n", encoding="utf-8")
    view.parameters(tmp_path)
    (kept,) = (tmp_path / ".dvc" / "tmp" / "reprise").glob("params-*.json")
    kept.write_text("{", encoding="utf-8")
    assert view.parameters(tmp_path) == {"seed": 7}
    (tmp_path / "params.yaml").write_text("<<<<<<< ours\nseed: 7\n", encoding="utf-8")
    with pytest.raises(BadInput, match="is no YAML"):
        view.parameters(tmp_path)
