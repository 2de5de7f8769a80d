"""What `reprise run` refuses before DVC has touched anything: settings that break a rule, and a second run beside the first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reprise import running
from reprise.errors import BadInput, BadParameter


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("modle=cvae", "unknown key 'modle'.*did you mean 'model'"),
        ("model=cave", "model = 'cave' must be a key of models.*did you mean"),
        ("models.vade.componets=20", "unknown key 'models.vade.componets'.*did you mean 'components'"),
        ("models.vade.components=many", "models.vade.components = 'many'"),
        ("model.size=3", "model = 'conv_vae' has no keys below it"),
        ("params.yaml:modle=cvae", "did you mean 'model'"),
        ("model=[", "no value that YAML knows"),
        ("model", "write a parameter and its value"),
    ],
)
def test_a_setting_that_breaks_a_rule_is_named_and_params_stay_as_they_are(
    root: Path, tmp_path: Path, setting: str, said: str
) -> None:
    shutil.copy(root / "params.yaml", tmp_path)
    with pytest.raises(BadParameter, match=said):
        running.run(tmp_path, [], [setting], force=False)
    assert (tmp_path / "params.yaml").read_bytes() == (root / "params.yaml").read_bytes()


@pytest.mark.parametrize(
    "setting",
    ["model=cvae", "models.vade.components=20", "params.yaml:seed=1", "seed=7", "+more=1", "other.yaml:a=1"],
)
def test_other_settings_are_for_dvc_to_judge(root: Path, setting: str) -> None:
    running.check(root, [setting])


def test_a_second_run_is_refused_while_the_first_is_at_work(small_project: Callable[..., Path]) -> None:
    project = small_project("stages:\n  only:\n    cmd: cp given only\n    deps: [given]\n    outs: [only]\n")
    with running.alone(project), pytest.raises(BadInput, match="another `reprise run` is at work"):
        running.run(project, ["only"], [], force=False)
    assert not (project / "only").exists()
    assert running.run(project, ["only"], [], force=False) == 0
    assert (project / "only").exists()
