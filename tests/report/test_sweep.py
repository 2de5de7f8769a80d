from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

sweep: Any = importlib.import_module("benchmarks.sweep")


def point(validation: float, ami: float, **values: str) -> Any:
    return sweep.Point(values, validation, (ami, ami - 0.1, ami + 0.1), 0.2)


def test_the_grid_is_every_combination() -> None:
    found = sweep.points({"learning_rate": ("0.1", "0.2"), "epochs": ("1", "2", "3")})
    assert len(found) == 6
    assert found[0] == {"learning_rate": "0.1", "epochs": "1"}
    assert len({sweep.name_of("pca", values) for values in found}) == 6


def test_a_point_is_queued_with_its_parameters() -> None:
    command = sweep.queue("conv_vae", {"latent_dim": "8"})
    assert command[:5] == ["dvc", "exp", "run", "--queue", "--name"]
    assert command[-5:] == ["-S", "model=conv_vae", "-S", "models.conv_vae.latent_dim=8", "evaluate"]


def test_nothing_lengthens_the_epochs_that_are_swept() -> None:
    assert "training.min_steps=0" in sweep.queue("conv_vae", {"epochs": "8"})
    assert not any("min_steps" in part for part in sweep.queue("conv_vae", {"latent_dim": "8"}))


def test_validation_chooses_whatever_the_test_tracks_say(tmp_path: Path) -> None:
    found = [point(2.0, 0.9, epochs="1"), point(1.0, 0.3, epochs="2"), point(1.0, 0.4, epochs="4")]
    assert sweep.chosen(found) is found[1]
    text = sweep.page("conv_vae", found, failed=1)
    assert "Chosen: epochs 2, with AMI 0.300 [0.200, 0.400]." in text
    assert "The highest of all points is 0.900" in text
    assert "Points without a result: 1." in text
    assert text.count("| chosen |") == 1
    sweep.draw("conv_vae", found, tmp_path / "sweep.png")
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")


def test_without_run_nothing_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    sweep.main(["--model", "conv_vae"])
    assert len(capsys.readouterr().out.splitlines()) == 27


def test_a_grid_that_cannot_be_read_says_how_to_write_it() -> None:
    with pytest.raises(SystemExit, match="write a parameter and its values"):
        sweep.main(["--model", "conv_vae", "--grid", "learning_rate"])
