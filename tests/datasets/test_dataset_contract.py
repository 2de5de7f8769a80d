"""What every dataset file must say, for each file that is found."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reprise.datasets.base import PROVIDABLE, ROLES
from reprise.datasets.discovery import find, for_role, names
from reprise.errors import BadParameter


def test_datasets_are_found_by_file_name() -> None:
    assert {"synthetic", "gtzan_mini", "gtzan"} <= set(names())
    assert "base" not in names()


@pytest.mark.parametrize("name", names())
class TestEveryDataset:
    def test_facts_are_complete(self, name: str) -> None:
        info = find(name).info
        assert all((info.title, info.licence, info.source, info.homepage))
        assert info.roles
        assert set(info.roles) <= set(ROLES)
        assert info.n_samples == 0 or info.n_samples >= 5 * 22_050

    def test_all_that_can_be_provided_is_there_or_has_its_reason(self, name: str) -> None:
        info = find(name).info
        assert info.provides | set(info.missing) == set(PROVIDABLE)
        assert not info.provides & set(info.missing)
        assert all(len(why) > 10 for why in info.missing.values())

    def test_roles_have_what_they_need(self, name: str) -> None:
        info = find(name).info
        assert "emotion" not in info.roles or info.provides & {"pairs", "affect"}
        assert "songs" not in info.roles or {"targets", "lyrics"} <= info.provides
        assert "tracks" not in info.roles or info.n_samples > 0
        assert ("pairs" in info.provides) == (find(name).pairs is not None)

    def test_remotes_are_well_formed(self, name: str) -> None:
        remotes = find(name).info.remotes
        assert len({remote.filename for remote in remotes}) == len(remotes)
        lengths = {"md5": 32, "sha1": 40, "sha256": 64}
        for remote in remotes:
            assert re.match(r"https?://", remote.url)
            assert "/" not in remote.filename
            if remote.checksum is not None:
                algorithm, digest = remote.checksum.split(":")
                assert re.fullmatch(rf"[0-9a-f]{{{lengths[algorithm]}}}", digest)

    def test_docstring_names_size_licence_and_faults(self, name: str) -> None:
        text = importlib.import_module(f"reprise.datasets.{name}").__doc__ or ""
        for word in ("Paper:", "Licence:", "Known faults:"):
            assert word in text
        assert re.search(r"\d+", text)


def test_unknown_dataset_is_named() -> None:
    for name in ("gtzan_micro", "../gtzan", "no.such.thing"):
        with pytest.raises(BadParameter, match=re.escape(name)):
            find(name)
    with pytest.raises(BadParameter, match="declares no INFO"):
        find("base")


def test_dataset_that_cannot_fill_a_role_names_those_that_can() -> None:
    with pytest.raises(
        BadParameter, match=r"emotion_dataset = 'gtzan_mini'.*only tracks; use one of: .*synthetic"
    ):
        for_role("gtzan_mini", "emotion")
    with pytest.raises(BadParameter, match="must be one of tracks, emotion, songs"):
        for_role("gtzan_mini", "moods")


def test_stage_imports_no_other_dataset(root: Path) -> None:
    code = "import sys; import stages.download; print([m for m in sys.modules if m.startswith('reprise.datasets.')])"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PYTHONPATH": f"{root / 'src'}:{root}"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(re.findall(r"reprise\.datasets\.(\w+)", result.stdout))
    assert "ingest" in loaded
    assert not loaded & set(names())
