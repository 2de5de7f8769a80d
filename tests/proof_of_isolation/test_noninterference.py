"""A changed secret is followed to where it may be, and found where it must not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprise.errors import BadInput
from reprise.noninterference import differences, main, read_flow, stages_that_ran, try_secret
from reprise.perturb import SECRETS
from reprise.replica import Replica, link_cache, make, original
from reprise.small_world import shrink

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("isolation")]


@pytest.fixture(scope="module")
def reference(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Replica:
    place = tmp_path_factory.mktemp("reference")
    copy = make(project, place / "copy", place / "cache")
    link_cache(original(project), copy.cache)
    copy.dvc("checkout", "-q")
    return copy


def test_a_declassifier_that_lets_a_secret_out_is_found(reference: Replica, tmp_path: Path) -> None:
    finding = try_secret(
        reference, read_flow(reference), SECRETS["genre-test"], tmp_path / "copy", quick=True
    )
    assert finding.forbidden == ["data/labels/train/LEAK.txt"]
    assert "data/labels/test/labels.parquet" in finding.changed
    assert "data/labels/train/labels.parquet" not in finding.changed
    assert finding.ran == ["labels"]
    assert finding.untouched == ["download", "features", "split", "train", "transfer"]


def test_what_only_judges_must_not_teach(reference: Replica, tmp_path: Path) -> None:
    finding = try_secret(
        reference, read_flow(reference), SECRETS["affect-test"], tmp_path / "copy", quick=False
    )
    assert finding.born == ["data/corpus/emotion/affect.parquet"]
    assert finding.forbidden == ["data/av_regressor/LEAK.txt"]


def test_a_model_fitted_on_test_rows_is_found_and_an_honest_one_is_not(
    reference: Replica, tmp_path: Path
) -> None:
    finding = try_secret(
        reference, read_flow(reference), SECRETS["rows-test"], tmp_path / "copy", quick=False
    )
    assert finding.forbidden == ["data/models/leaky/weights.safetensors"]
    assert "data/models/honest/latents.npy" in finding.changed
    assert "data/features/tracks/vectors/descriptors.parquet" in finding.born


def test_the_reference_and_its_cache_are_left_as_they_were(
    project: Path, reference: Replica, tmp_path: Path
) -> None:
    before, recorded = reference.files(), original(project).files()
    try_secret(reference, read_flow(reference), SECRETS["rows-test"], tmp_path / "copy", quick=False)
    assert reference.files() == before == recorded
    for path, md5 in before.items():
        assert reference.md5(path) == md5, path


def test_on_the_command_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(project), "--quick", "--jobs", "2", "--secrets", "genre-test,affect-test"]) == 1
    said = capsys.readouterr().out
    assert "INTERFERENCE: data/labels/train/LEAK.txt depends on genre-test" in said
    assert "cannot depend on it, skipped by DVC: download, features, split, train, transfer" in said
    assert not list((project / ".dvc" / "tmp" / "reprise" / "worlds").glob("try-*"))


def test_a_secret_that_the_corpus_lacks_proves_nothing(project: Path) -> None:
    text = (project / "dvc.yaml").read_text(encoding="utf-8")
    with pytest.raises(BadInput, match="targets"):
        main([str(project), "--quick", "--secrets", "targets"])
    assert (project / "dvc.yaml").read_text(encoding="utf-8") == text


def test_an_unknown_secret_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--secrets", "genre-tset"])
    assert "no such secret: genre-tset; there are genre-train, genre-test" in capsys.readouterr().err


def test_differences() -> None:
    assert differences({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "9", "d": "4"}) == ["b", "c", "d"]


def test_what_dvc_says_of_stages() -> None:
    output = "Stage 'a' didn't change, skipping\nRunning stage 'b@x':\n> cmd\nStage 'c' is cached - skipping run, checking out outputs\n"
    assert stages_that_ran(output) == ["b@x", "c"]


def test_a_small_world_is_valid(root: Path, tmp_path: Path) -> None:
    from reprise.confine.view import read_yaml
    from reprise.schema import validate

    (tmp_path / "params.yaml").write_text(
        (root / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    shrink(tmp_path, 8)
    params = read_yaml(tmp_path / "params.yaml")
    validate(params)
    assert params["datasets"]["synthetic"]["tracks_per_genre"] == 8
    assert params["datasets"]["synthetic"]["emotion_tracks"] % 3 == 0
    assert all(model.get("epochs", 0) <= 3 for model in params["models"].values())
    assert params["pretrain"]["learning_rate"] == read_yaml(root / "params.yaml")["pretrain"]["learning_rate"]
