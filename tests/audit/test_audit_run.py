"""The audit as a whole: silent on clean worlds, and each planted leak found where it was planted."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reprise import tables
from reprise.audit.described import CHECKS
from reprise.audit.described import table as table_of_checks
from reprise.audit.finding import Finding, Severity, decide, holm
from reprise.audit.labelling import Labelling
from reprise.audit.material import Material, Representation
from reprise.audit.power import Trial, document, trial
from reprise.audit.report import metrics, table
from reprise.audit.run import Settings, run_checks
from reprise.audit.simulation.build import build
from reprise.audit.simulation.catalogue import LEAKS
from reprise.audit.simulation.planting import Leak
from reprise.audit.simulation.world import PARAMS


def leaks(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings if finding.severity == "leak"}


@pytest.mark.parametrize("seed", [11, pytest.param(12, marks=pytest.mark.slow)])
def test_a_clean_world_has_no_leak_and_no_warning(settings: Settings, seed: int) -> None:
    found = run_checks(build(seed), settings)
    assert [f for f in found if f.severity in ("leak", "warn")] == []
    controls = [finding for finding in found if finding.severity == "control"]
    assert [finding.subject for finding in controls] == ["negative control of cvae by genre"]


ONE_OF_EACH = {leak.key: leak for leak in reversed(LEAKS)}


@pytest.mark.parametrize("key", ["L12", "L15", "L25"])
def test_a_planted_leak_is_found_and_its_stage_named(key: str) -> None:
    found = trial(ONE_OF_EACH[key], [5])
    assert (found.found, found.blamed) == (1, 1), found


@pytest.mark.slow
@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: f"{leak.key} {leak.what}")
def test_every_leak_of_the_catalogue_is_found(leak: Leak) -> None:
    found = trial(leak, [5])
    assert (found.found, found.blamed) == (1, 1), found


def test_a_control_that_is_not_found_is_a_warning(material: Material, settings: Settings) -> None:
    [control] = material.controls
    blind = replace(control, values=control.values[:, :-6])
    found = run_checks(replace(material, controls=(blind,)), settings)
    assert [f.subject for f in found if f.severity == "warn"] == ["negative control of cvae by genre"]


def test_exchanged_rows_are_at_least_a_warning(material: Material, settings: Settings) -> None:
    descriptors, *rest = material.features
    values = descriptors.values[np.random.default_rng(0).permutation(len(descriptors.values))]
    found = run_checks(replace(material, features=(replace(descriptors, values=values), *rest)), settings)
    subjects = {f.subject for f in found if f.severity in ("warn", "leak")}
    assert "descriptors from audio level given genre" in subjects


def without_data(material: Material) -> Material:
    """A dataset without lyrics, labels, factors, mood and songs, whose selected model could not be trained."""
    nothing = np.zeros(0, dtype=str)
    absent: dict[str, Any] = {"available": False, "why": "nothing to do it with"}
    corpus = replace(
        material.corpus,
        texts={},
        labellings=(),
        unlabelled={"genre": "folder has no genre", "language": "folder has no language"},
        factors=material.corpus.factors[[]],
        missing={"lyrics": "folder has no lyrics"},
    )
    side = replace(
        material.side, pairs=material.side.pairs.head(0), song_targets=material.side.song_targets.head(0)
    )
    reports = replace(
        material.reports,
        metrics=material.reports.metrics
        | dict.fromkeys(("cluster", "evaluate", "finetune", "transfer", "regress"), absent),
        assignments=material.reports.assignments.head(0),
        songs=None,
    )
    return replace(
        material,
        corpus=corpus,
        side=side,
        reports=reports,
        lyrics=Representation("lyrics embeddings", "lyrics", nothing, np.zeros((0, 24))),
        placebos=tuple(
            replace(p, why="too few artists", receivers=nothing, differences={}) for p in material.placebos
        ),
        untrained={"ae_multimodal": "no lyrics"},
    )


def test_without_labels_lyrics_mood_and_clusters_the_audit_says_what_it_skipped(
    material: Material, settings: Settings
) -> None:
    found = run_checks(without_data(material), settings)
    assert leaks(found) == set()
    skipped = {finding.check: finding.evidence for finding in found if finding.severity == "skipped"}
    assert skipped["lyrics.label_name"] == "folder has no language"
    assert skipped["placebo.same_function"] == "too few artists"
    wanted = {"scores.rows", "scores.finetune", "scores.transfer", "scores.regress", "pairs.triplets"}
    assert wanted | {"functions.any", "label_columns.exact", "hidden_targets.exact"} <= set(skipped)
    assert all(skipped.values())


def test_the_stage_writes_metrics_table_figure_and_sheet(
    world_on_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    outs = (
        "metrics/leakage.json",
        "metrics/REFORMS.md",
        "plots/audit/findings.csv",
        "plots/audit/leakage.png",
    )
    (tmp_path / "params.json").write_text(json.dumps(PARAMS))
    monkeypatch.setenv("REPRISE_PARAMS", str(tmp_path / "params.json"))
    monkeypatch.chdir(world_on_disk)
    written = []
    for _ in range(2):
        runpy.run_path(str(root / "stages" / "audit.py"))["main"]()
        written.append([(world_on_disk / out).read_bytes() for out in outs])
    assert written[0] == written[1]
    report = tables.read_json(world_on_disk / "metrics/leakage.json")
    assert report["summary"]["leak"] == report["summary"]["warn"] == 0
    assert report["summary"]["control"] == 1
    assert report["stages_at_fault"] == {"none": 0}
    assert report["declared"]["models"]["cvae"] == "genre of training tracks"
    assert set(leaves(report)) <= {int, float, bool, str}
    findings = pd.read_csv(world_on_disk / "plots/audit/findings.csv")
    assert len(findings) == report["summary"]["checks"]
    sheet = (world_on_disk / "metrics/REFORMS.md").read_text()
    assert sheet.count("\n| ") == 32 + 8
    assert "leaks 0, warnings 0" in sheet


def leaves(value: Any) -> list[type]:
    if isinstance(value, dict):
        return [kind for item in value.values() for kind in leaves(item)]
    return [type(value)]


def test_holm_against_its_definition() -> None:
    p = np.random.default_rng(0).beta(0.3, 2, 60)
    corrected = holm(p)
    for level in (0.01, 0.05, 0.5):
        rejected, order = set(), np.argsort(p)
        for rank, number in enumerate(order):
            if p[number] > level / (len(p) - rank):
                break
            rejected.add(int(number))
        assert set(np.flatnonzero(corrected <= level).tolist()) == rejected
    assert len(holm(np.zeros(0))) == 0


def with_p(p: float | None) -> Finding:
    return Finding("a.b", "s", "stage", "leak", 1.0, "e", "r", p=p)


def test_a_test_that_is_not_rejected_among_many_becomes_ok() -> None:
    assert [f.severity for f in decide([with_p(0.004), *[with_p(0.5)] * 9], 0.01, 9999)] == ["ok"] * 11
    assert [f.severity for f in decide([with_p(0.0005), with_p(None), with_p(0.5)], 0.01, 9999)] == [
        "leak",
        "leak",
        "ok",
        "ok",
    ]


def test_holm_keeps_its_promise_where_tests_depend_on_each_other() -> None:
    """Twenty copies of one test alarm no more often than one; twenty independent ones neither."""
    rng = np.random.default_rng(0)
    for copies in (True, False):
        alarms = 0
        for _ in range(2000):
            p = np.full(20, rng.random()) if copies else rng.random(20)
            alarms += bool((holm(p) <= 0.05).any())
        assert alarms <= 130  # 100 allowed on average; 130 in 99.9 %


def test_too_few_permutations_are_a_warning() -> None:
    found = decide([with_p(1 / 100)] * 5, 0.01, 99)
    assert [f.severity for f in found] == ["ok"] * 5 + ["warn"]
    assert "500" in found[-1].remedy


def test_permuting_between_artists_keeps_tracks_of_an_artist_together(
    labelled: Callable[[int], Labelling],
) -> None:
    labels = labelled(0)
    permuted = labels.permutations(50, np.random.default_rng(0))
    for block in range(int(labels.blocks.max()) + 1):
        inside = permuted[:, labels.blocks == block]
        assert (inside == inside[:, :1]).all()
    assert (np.sort(permuted, axis=1) == np.sort(labels.codes)).all()


def test_the_gravest_finding_comes_first() -> None:
    order: tuple[Severity, ...] = ("ok", "leak", "warn")
    found = [Finding("a.b", str(n), "s", severity, 0.0, "e", "r") for n, severity in enumerate(order)]
    assert table(found)["severity"].tolist() == ["leak", "warn", "ok"]
    report = metrics(found, 0.01, {})
    assert report["checks"]["a"]["b"]["1"]["remedy"] == "r"
    assert report["stages_at_fault"] == {"s": 1}


def test_the_power_table_tells_misses_and_false_alarms() -> None:
    leak = LEAKS[0]
    weaker = Trial(leak, 3, 0, 0, ())
    text = document([[], [with_p(None)]], 300, [Trial(leak, 3, 2, 1, ("a.b",))], [weaker])
    assert "1 of 2 clean worlds" in text
    assert "0 of 1 planted leaks found in every world" in text
    assert f"| {leak.key} | {leak.what} | 2/3 | 1/3 | `a.b` |" in text
    assert f"| {leak.key} | {leak.what} | 0/3 | 0/3 | nothing |" in text


def test_every_check_is_described_and_the_page_is_fresh(
    material: Material, settings: Settings, root: Path
) -> None:
    found = {finding.check for finding in run_checks(material, settings)}
    assert found <= set(CHECKS)
    page = (root / "docs" / "audit.md").read_text(encoding="utf-8")
    assert table_of_checks() in page
