"""Reports and artefacts of a run: what is read of them, what is asked of them, and what is shown of the answers."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

from reprise import tables
from reprise.audit import power, run_reports
from reprise.audit.figure import audit_figure
from reprise.audit.finding import Finding
from reprise.audit.material import Material
from reprise.audit.recompute.judged import SongPredictions
from reprise.audit.run_reports import report_checks
from reprise.audit.simulation.catalogue import LEAKS
from reprise.audit.simulation.world import PARAMS
from reprise.audit.source_reports import LABELS, read_reports

# reading


def test_a_label_that_is_called_none_is_read_as_it_stands(world_on_disk: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(world_on_disk / "data", data)
    names = [f"{track},{label}" for track, label in zip("abcd", ("None", "NA", "1", ""), strict=True)]
    (data / LABELS).write_text("\n".join(["track_id,new_acoustic_label", *names]) + "\n", encoding="utf-8")
    found = read_reports(data, world_on_disk / "metrics", PARAMS)
    assert found.acoustic_labels == {"a": "None", "b": "NA", "c": "1", "d": ""}
    assert found.songs is None


def test_the_saved_regressor_is_applied_to_the_test_songs(
    world_on_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five songs with two targets; the regressor says ten times what it is given."""
    data = tmp_path / "data"
    shutil.copytree(world_on_disk / "data", data)
    tables.write_json(data / "regressor/config.json", {"available": True})
    parts = {"train": [0, 3], "validation": [1], "test": [4, 2]}
    targets = np.array([[1.0, 5], [2, 6], [3, 7], [4, 9], [5, 8]])
    songs = SimpleNamespace(targets=targets, part=lambda name: np.array(parts[name]))
    regressor = SimpleNamespace(encode=lambda given: 10 * given.targets, predict=lambda given: (given, None))
    asked: list[Any] = []

    def load_regressor(folder: Path) -> Any:
        asked.append(folder)
        return SimpleNamespace(targets=("sadness", "loudness"), regressor=regressor)

    def read_songs(*given: Any) -> Any:
        asked.extend(given)
        return songs

    for name, function in (("artefacts", load_regressor), ("source", read_songs)):  # spared: torch
        stand_in = SimpleNamespace(**{function.__name__: function})
        monkeypatch.setitem(sys.modules, f"reprise.songs.{name}", stand_in)
    found = read_reports(data, world_on_disk / "metrics", PARAMS).songs
    assert found is not None
    assert found.targets == ("sadness", "loudness")
    assert found.truth.tolist() == [[5, 8], [3, 7]]
    assert found.predicted.tolist() == [[50, 80], [30, 70]]
    assert found.baseline.tolist() == [2.5, 7.0]
    assert found.counts == {"train": 2, "validation": 1, "test": 2}
    *folders, names = asked
    assert [folder.relative_to(data).as_posix() for folder in folders] == [
        "regressor", "corpus/songs", "features/songs/vectors/descriptors.parquet", "lyrics/songs", "splits/songs.parquet",
    ]  # fmt: skip
    assert names == ("sadness", "loudness")


# asking


def with_reports(material: Material, **changes: Any) -> list[Finding]:
    """Check the reports with some changed, and without the comparison, which takes seconds."""
    changes = {"compare": {"available": False}} | changes
    reports = replace(material.reports, metrics=material.reports.metrics | changes)
    return list(report_checks(replace(material, reports=reports)))


def test_a_report_that_does_not_say_so_is_available(material: Material) -> None:
    reports = {name: dict(material.reports.metrics[name]) for name in ("transfer", "regress", "finetune")}
    for report in reports.values():
        del report["available"]
    found = with_reports(material, **reports)
    assert {one.severity for one in found} == {"ok"}
    assert {"scores.coverage", "scores.regress", "scores.finetune"} <= {one.check for one in found}


def with_groups(material: Material, targets: tuple[str, ...], **means: float) -> list[Finding]:
    """Predict some of the targets, and report the mean R² of some groups."""
    songs = material.reports.songs
    assert songs is not None
    columns = [songs.targets.index(name) for name in targets]
    fewer = replace(
        songs, targets=targets, truth=songs.truth[:, columns], predicted=songs.predicted[:, columns], baseline=songs.baseline[columns]
    )  # fmt: skip
    groups = {name: {"regressor": {"r2": {"value": mean}}} for name, mean in means.items()}
    regress = material.reports.metrics["regress"] | {"groups": groups}
    found = with_reports(replace(material, reports=replace(material.reports, songs=fewer)), regress=regress)
    return [one for one in found if one.subject.startswith("mean r2")]


def test_targets_are_grouped_by_words_and_sound(material: Material) -> None:
    songs = material.reports.songs
    assert isinstance(songs, SongPredictions)
    r2 = {name: material.reports.metrics["regress"]["targets"][name]["r2"]["value"] for name in songs.targets}
    sound = float(np.mean([r2["danceability"], r2["loudness"]]))
    words = float(np.mean([r2[name] for name in songs.targets if name not in ("danceability", "loudness")]))
    found = with_groups(material, songs.targets, lyric_topics=words, audio=sound)
    assert {one.subject: one.severity for one in found} == {
        "mean r2 of lyric_topics": "ok", "mean r2 of audio": "ok",
    }  # fmt: skip
    some = ("sadness", "loudness", "music")
    found = with_groups(material, some, lyric_topics=(r2["sadness"] + r2["music"]) / 2, audio=sound)
    assert {one.subject: one.severity for one in found} == {
        "mean r2 of lyric_topics": "ok", "mean r2 of audio": "leak",
    }  # fmt: skip
    found = with_groups(material, ("sadness",), lyric_topics=r2["sadness"], audio=0.0)
    assert [one.subject for one in found] == ["mean r2 of lyric_topics"]


def test_tracks_that_a_run_left_out_are_of_no_cluster_of_its(material: Material) -> None:
    """A whole cluster without its name is where it was: its tracks are not counted into another one."""
    table = material.reports.assignments
    gone = (table["method"] == "kmeans") & (table["seed"] == 1) & (table["cluster"] == 0)
    assert gone.any()
    left = replace(material.reports, assignments=table[~gone])
    found = {one.subject: one for one in with_reports(replace(material, reports=left))}
    assert (found["kmeans of seed 1"].severity, found["kmeans of seed 1"].count) == ("ok", 0)
    assert found["cluster assignments"].severity == "leak"


def test_tracks_without_an_acoustic_cluster_are_counted(material: Material) -> None:
    lacking = replace(material.reports, acoustic=material.reports.acoustic.iloc[3:])
    found = with_reports(replace(material, reports=lacking))
    [one] = [one for one in found if one.severity == "leak"]
    assert (one.subject, one.count, one.statistic) == ("acoustic clusters", 3, 3.0)
    assert one.evidence == "3 of 144 tracks have no acoustic cluster"


def test_neighbours_are_looked_for_in_the_latents_of_the_selected_model(material: Material) -> None:
    recall, report = "same-artist recall of the lookup table", material.reports.metrics["lookup"]
    assert recall in {one.subject for one in with_reports(material)}
    nobody = with_reports(material, lookup=report | {"selected_model": "nobody"})
    assert recall not in {one.subject for one in nobody}
    assert "mean entropy of the lookup table" in {one.subject for one in nobody}


@pytest.mark.parametrize(("most", "skipped"), [(143, True), (144, False)])
def test_more_tracks_than_can_be_clustered_again_are_not(
    material: Material, monkeypatch: pytest.MonkeyPatch, most: int, skipped: bool
) -> None:
    monkeypatch.setattr(run_reports, "MOST_TRACKS", most)
    said = {one.check: one.evidence for one in with_reports(material) if one.severity == "skipped"}
    assert said == ({"scores.compare": "more than 143 tracks to cluster again"} if skipped else {})


# showing


def finding(severity: Any, check: str = "a.b", p: float | None = None) -> Finding:
    return Finding(check, "s", "stage", severity, 1.0, "said", "r", p=p, adjusted=p)


def drawn_tests(findings: list[Finding]) -> Axes:
    return audit_figure(findings, 0.01).axes[1]


@pytest.mark.parametrize("p", [[0.0002], [0.9, 0.0002], [1.0, 1.0], [0.001, 0.001]])
def test_every_p_and_every_limit_is_within_the_figure(p: list[float]) -> None:
    axes = drawn_tests([finding("ok", p=one) for one in p])
    bottom, top = axes.get_ylim()
    assert bottom < min([*p, 0.01 / len(p)])
    assert top > 1
    drawn = np.concatenate([np.asarray(points.get_offsets()) for points in axes.collections])
    assert drawn[:, 1].tolist() == sorted(p)


def test_points_lie_above_the_line_of_limits_and_say_what_they_became() -> None:
    axes = drawn_tests([finding("leak", p=0.001), finding("ok", p=0.5)])
    [line] = axes.lines
    assert all(points.get_zorder() > line.get_zorder() for points in axes.collections)
    legend = axes.get_legend()
    assert legend is not None
    assert {text.get_text() for text in legend.get_texts()} == {
        "rejected up to here (any false alarm: 0.01)", "leak", "ok",
    }  # fmt: skip


def test_where_nothing_was_tested_it_is_said_in_the_middle() -> None:
    axes = drawn_tests([finding("ok")])
    [text] = axes.texts
    assert text.get_position() == (0.5, 0.5)
    assert text.get_transform() == axes.transAxes


def test_bars_of_all_checks_fill_the_height() -> None:
    left = audit_figure([finding("ok", check=name) for name in ("a.a", "b.b", "c.c")], 0.01).axes[0]
    low, high = left.get_ylim()
    assert -0.5 < low < -0.4
    assert 2.4 < high < 2.5
    assert not left.spines["right"].get_visible()


# the power of the audit


def test_what_is_missed_in_one_world_is_not_found_in_every_world() -> None:
    leak = LEAKS[0]
    always = power.Trial(leak, 3, 3, 2, tuple("abcde"))
    once = power.Trial(leak, 3, 1, 1, ())
    text = power.document([[], [finding("leak")], []], 7, [always, always, once], [once])
    assert (
        "**Power:** 2 of 3 planted leaks found in every world; the stage at fault named in 5 of 9 runs."
        in text
    )
    assert "1 of 3 clean worlds raised any leak or warning; 7 checks in each" in text
    assert f"| {leak.key} | {leak.what} | 3/3 | 2/3 | `a`, `b`, `c`, `d` |" in text
    assert text.endswith(f"| {leak.key} | {leak.what} | 1/3 | 1/3 | nothing |")
    three = power.document([[], [], []], 7, [always], [])
    assert "fewer than 63% of clean runs alarm" in three  # 1 - 0.05 ** (1 / 3)


def test_forty_clean_worlds_and_three_of_each_leak_are_built_unless_others_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    built: list[int] = []
    planted: list[int] = []
    plant: Any = planted.append
    monkeypatch.setattr(power, "LEAKS", (replace(LEAKS[0], plant=plant),))
    monkeypatch.setattr(power, "LIMITS", ())
    monkeypatch.setattr(power, "build", built.append)
    monkeypatch.setattr(
        power, "run_checks", lambda *_: [finding("leak", LEAKS[0].counted[0])] if planted else []
    )
    monkeypatch.setattr(sys, "argv", ["power"])
    with pytest.raises(SystemExit) as stopped:
        power.main()
    assert (stopped.value.code, built, planted) == (0, [0, *range(1000, 1040)], [0, 1, 2])
    assert "0 of 40 clean worlds" in capsys.readouterr().out
