"""The parts of the audit on a simulated run: what each asks of which artefact, and that it notices what was planted there."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reprise import tables
from reprise.audit import described, power, run_reports
from reprise.audit import source as source_module
from reprise.audit.figure import COLOURS, audit_figure
from reprise.audit.finding import Finding
from reprise.audit.labelling import Plan
from reprise.audit.material import Material, Representation, rows_of
from reprise.audit.raw_table import audit_table, main
from reprise.audit.reforms import sheet
from reprise.audit.reforms_items import MODULES
from reprise.audit.report import metrics
from reprise.audit.run_data import NEED_A_LABEL, data_checks
from reprise.audit.run_reports import report_checks
from reprise.audit.run_representations import representation_checks
from reprise.audit.simulation import leaks_in_data as in_data
from reprise.audit.simulation import leaks_in_reports as in_reports
from reprise.audit.simulation import leaks_in_representations as inside
from reprise.audit.simulation.catalogue import LEAKS
from reprise.audit.simulation.planting import Mutation, codes_of, with_corpus, with_role
from reprise.audit.simulation.world import GENRES, PARAMS, World
from reprise.audit.source import read_material

PLAN = Plan(99, 0)


def data(material: Material) -> list[Finding]:
    return list(data_checks(material, PLAN, 0.8))


def facts(findings: list[Finding]) -> set[str]:
    """Checks that found a leak without a test: a test is only decided with all others in view."""
    return {finding.check for finding in findings if finding.severity == "leak" and finding.p is None}


def rejected(findings: list[Finding]) -> set[str]:
    """Checks whose p is as small as it can be."""
    return {finding.check for finding in findings if finding.p == 1 / 100}


# the reports


def test_every_number_of_a_clean_run_is_computed_again(material: Material) -> None:
    found = list(report_checks(material))
    assert {finding.severity for finding in found} == {"ok"}
    counts = Counter(finding.check for finding in found)
    assert counts["scores.compare"] == 5 * 2 * 2 * 3  # representations, labels, scopes, measures
    assert counts["scores.evaluate"] == 2 * 2 * 2 * 2 + 2  # labels, scopes, methods, measures; the headline
    assert counts["scores.cluster"] == 2
    assert counts["pseudo_labels.nearest_centre"] == 3 + 1
    assert counts["pseudo_labels.same_partition"] == counts["pseudo_labels.names"] == 2
    assert counts["scores.regress"] == 18 * 4
    subjects = {finding.subject for finding in found}
    assert {"acoustic clusters", "kmeans of seed 2", "cluster assignments"} <= subjects
    assert any(finding.stage == "lookup" for finding in found)
    assert any(finding.stage == "transfer" for finding in found)


@pytest.mark.parametrize(
    ("plant", "checks"),
    [
        (in_reports.best_of_many, {"scores.evaluate"}),
        (in_reports.best_seed, {"scores.compare"}),
        (in_reports.best_method, {"scores.headline"}),
        (in_reports.chosen_after_looking, {"scores.as_declared"}),
        (in_reports.hard_rows_dropped, {"scores.rows", "scores.cluster", "scores.evaluate"}),
        (in_reports.hard_songs_dropped, {"scores.regress"}),
        (in_reports.hard_pairs_dropped, {"scores.coverage"}),
        (in_reports.hard_tracks_dropped, {"scores.finetune"}),
        (in_reports.rows_missing_in_lookup, {"scores.rows", "scores.lookup"}),
        (in_reports.acoustic_from_genre, {"pseudo_labels.same_partition"}),
        (in_reports.genre_among_descriptors, {"pseudo_labels.nearest_centre"}),
    ],
)
def test_what_is_wrong_in_a_report_is_found_by_the_part_for_reports(
    material: Material, plant: Mutation, checks: set[str]
) -> None:
    assert checks <= facts(list(report_checks(plant(material))))


def test_reports_that_are_not_there_are_named(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = material.reports
    absent = {"available": False, "why": "nothing heard"}
    lacking = replace(
        reports,
        metrics=reports.metrics | dict.fromkeys(("transfer", "finetune"), absent),
        acoustic=reports.acoustic.iloc[3:],
        songs=None,
    )
    monkeypatch.setattr(run_reports, "MOST_TRACKS", 143)
    found = list(report_checks(replace(material, reports=lacking)))
    skipped = {one.check: one.evidence for one in found if one.severity == "skipped"}
    assert skipped.pop("scores.compare") == "more than 143 tracks to cluster again"
    assert skipped == {"scores.transfer": "nothing heard", "scores.finetune": "nothing heard"}
    assert not any(one.check == "scores.regress" for one in found)
    [wrong] = [one for one in found if one.severity == "leak"]
    assert (wrong.subject, wrong.count, wrong.statistic) == ("acoustic clusters", 3, 3.0)
    assert wrong.evidence == "3 of 144 tracks have no acoustic cluster"
    monkeypatch.setattr(run_reports, "MOST_TRACKS", 144)
    nobody = reports.metrics["cluster"] | {"selected_model": "nobody"}
    nothing = replace(reports, metrics=reports.metrics | {"cluster": nobody})
    checks = Counter(one.check for one in report_checks(replace(material, reports=nothing)))
    assert checks["scores.compare"] == 60
    assert checks["scores.evaluate"] == 18
    assert checks["scores.cluster"] == 0
    assert checks["pseudo_labels.nearest_centre"] == 1
    empty = replace(reports, assignments=reports.assignments.head(0))
    found = list(report_checks(replace(material, reports=empty)))
    assert [one.subject for one in found if one.severity == "skipped"] == ["cluster assignments"]


# the representations


def test_every_representation_is_asked_for_labels_factors_and_its_input(material: Material) -> None:
    found = list(representation_checks(material, PLAN))
    assert {finding.severity for finding in found} == {"ok", "control"}
    subjects: dict[str, set[str]] = {}
    for finding in found:
        subjects.setdefault(finding.check, set()).add(finding.subject)
    assert {name.split(" by ")[0] for name in subjects["label_columns.exact"]} == {
        "descriptors", "pooled", "fingerprints", "lyrics embeddings", "pca", "ae_multimodal", "cvae", "negative control of cvae",
    }  # fmt: skip
    assert {name.split(" given ")[0] for name in subjects["own_input.follows"]} == {
        "descriptors from audio level", "pca from features", "ae_multimodal from features and lyrics", "cvae from features",
        "lyrics embeddings from lyrics",
    }  # fmt: skip
    assert len(subjects["own_input.columns"]) == 6
    assert len(subjects["hidden_targets.exact"]) == 7


@pytest.mark.parametrize(
    ("plant", "checks"),
    [
        (inside.label_made_lyrics(0.1), {"own_input.follows"}),
        (inside.one_hot(3, 0, rotated=False), {"label_columns.exact"}),
        (inside.one_hot(1, 0, rotated=True), {"label_columns.exact"}),
        (inside.label_weights, {"label_columns.exact"}),
        (inside.factor_in_latents, {"hidden_targets.exact"}),
    ],
)
def test_what_is_inside_a_representation_is_found_by_the_part_for_them(
    material: Material, plant: Mutation, checks: set[str]
) -> None:
    found = list(representation_checks(plant(material), PLAN))
    assert facts(found) == checks
    assert not any("was given labels" in finding.evidence for finding in found)


def test_latents_that_were_given_a_label_say_so_and_a_blind_control_warns(material: Material) -> None:
    pca, multimodal, cvae = material.latents
    told = replace(cvae, values=np.hstack([cvae.values, np.eye(6)[codes_of(material, cvae.ids)]]))
    [control] = material.controls
    blind = replace(control, values=control.values[:, :-6])
    nothing = replace(material.lyrics, ids=material.lyrics.ids[:0], values=material.lyrics.values[:0])
    material = replace(
        material, latents=(pca, multimodal, told), controls=(blind,), lyrics=nothing, untrained={"vae": "no"}
    )
    found = list(representation_checks(material, PLAN))
    [leak] = [one for one in found if one.check == "label_columns.exact" and one.severity == "leak"]
    assert leak.evidence.endswith("the model was given labels (genre of training tracks)")
    severities = {one.subject: one.severity for one in found if one.subject.startswith("negative control")}
    assert severities == {
        "negative control of cvae by genre": "warn",
        "negative control of cvae by language": "ok",
    }
    skipped = {one.subject: one.evidence for one in found if one.severity == "skipped"}
    assert skipped == {"vae": "no", "lyrics embeddings": "the dataset has no lyrics"}
    assert any("ae_multimodal from features and lyrics" in one.subject for one in found)


def test_words_that_a_model_read_count_as_its_input(material: Material) -> None:
    _, multimodal, _ = material.latents
    words = rows_of(material.lyrics, multimodal.ids) @ np.random.default_rng(0).normal(size=(24, 6))
    read = replace(multimodal, values=words)
    unread = replace(read, name="deaf", uses_lyrics=False)
    found = {
        one.subject: float(one.statistic)
        for one in representation_checks(replace(material, latents=(read, unread)), PLAN)
        if one.check == "own_input.follows"
    }
    named = found["ae_multimodal from features and lyrics given genre"]
    assert named > found["deaf from features given genre"] + 0.1


# the data


def test_the_data_of_a_clean_run_is_asked_by_label(material: Material) -> None:
    found = data(material)
    counts = Counter(finding.check for finding in found)
    assert facts(found) == set()
    assert counts["row_order.ascending"] == 6
    assert counts["row_order.neighbours"] == 2  # one table: the other rows stand in the order of their ids
    assert counts["identifiers.characters"] == 2 * 3
    assert counts["placebo.probe"] == 2 * 2
    assert counts["splits.artist"] == counts["splits.group"] == counts["splits.duplicate"] == 2
    assert counts["contracts.group_names"] == 2
    assert counts["contracts.columns"] == 7
    assert counts["envelope.size"] == counts["lyrics.repeated"] - 1 == 2 or counts["lyrics.repeated"] == 2
    assert {finding.subject for finding in found if finding.check == "functions.any"} == {
        "targets of inputs",
        "inputs of inputs",
    }


@pytest.mark.parametrize(
    ("plant", "checks"),
    [
        (in_data.through_a_column, {"contracts.columns"}),
        (in_data.split_by_track, {"splits.artist", "splits.group"}),
        (in_data.near_duplicates(1), {"splits.duplicate"}),
        (in_data.squashed_target, {"functions.monotone"}),
        (in_data.squashed_valence, {"hidden_targets.exact"}),
        (in_data.shared_triplets, {"pairs.triplets"}),
    ],
)
def test_what_is_wrong_in_the_data_is_found_by_the_part_for_data(
    material: Material, plant: Mutation, checks: set[str]
) -> None:
    assert facts(data(plant(material))) == checks


@pytest.mark.parametrize(
    ("plant", "checks"),
    [
        (in_data.rows_by_genre, {"row_order.neighbours", "row_order.trend"}),
        (in_data.byte_in_padding, {"envelope.edge"}),
        (in_data.lengths, {"envelope.size"}),
        (in_data.themes, {"lyrics.repeated"}),
        (in_data.theme_words, {"lyrics.vocabulary"}),
        (in_data.names_in_lyrics(1.0), {"lyrics.label_name"}),
        (inside.through_artists, {"identifiers.characters", "placebo.probe"}),
    ],
)
def test_what_tells_the_genre_in_the_data_is_tested(
    material: Material, plant: Mutation, checks: set[str]
) -> None:
    assert checks <= rejected(data(plant(material)))


def test_what_the_data_lack_is_skipped_with_its_reason(material: Material) -> None:
    bare = with_corpus(material, unlabelled={"mood": "no mood"}, texts={}, missing={"lyrics": "no words"})
    groups = material.roles["tracks"].groups
    prints = material.roles["tracks"].fingerprints
    silent = replace(prints, ids=prints.ids[:0], values=prints.values[:0])
    bare = with_role(bare, "tracks", groups=groups.assign(artist_id=None), fingerprints=silent)
    stage, order = bare.orders["latents of pca"]
    bare = replace(bare, orders=bare.orders | {"latents of pca": (stage, order[::-1])})
    found = data(bare)
    skipped = Counter((one.subject, one.evidence) for one in found if one.severity == "skipped")
    assert skipped["mood (all subjects)", "no mood"] == len(NEED_A_LABEL)
    assert skipped["lyrics by genre", "no words"] == 3
    assert skipped["artist_id by genre", "one artist_id only"] == 1
    assert skipped["tracks split", "no track has audio"] == 1
    assert [
        one.subject for one in found if one.severity == "warn" and one.check == "row_order.ascending"
    ] == ["latents of pca"]
    assert {one.subject for one in found if one.check == "row_order.trend"} == {
        f"{table} by {label}"
        for table in ("corpus tracks", "latents of pca")
        for label in ("genre", "language")
    }


# reading


def test_what_was_written_is_read(world_on_disk: Path) -> None:
    world = World(1)
    found = read_material(world_on_disk / "data", world_on_disk / "metrics", PARAMS)
    corpus = found.corpus
    np.testing.assert_array_equal(corpus.tracks, world.ids)
    genre, language = corpus.labellings
    assert (genre.name, language.name, corpus.unlabelled) == ("genre", "language", {})
    np.testing.assert_array_equal(np.array(genre.classes)[genre.codes], np.array(GENRES)[world.genre])
    assert len(np.unique(genre.blocks)) == len(np.unique(world.artist))
    assert {file.size for file in corpus.envelopes.values()} == {44 + 2 * 500}
    assert list(corpus.levels) == world.ids[::2].tolist()  # 144 tracks, at least 64
    assert set(corpus.texts) == set(corpus.languages) == set(world.ids.tolist())
    assert corpus.factors.shape == (144, 6)
    assert [item.name for item in found.features] == ["descriptors", "pooled", "fingerprints"]
    assert [item.values.shape[1] for item in found.features] == [22, 30, 128]
    assert [(item.name, item.stage, item.uses_lyrics, item.given) for item in found.latents] == [
        ("pca", "train@pca", False, "none"), ("ae_multimodal", "train@ae_multimodal", True, "none"),
        ("cvae", "train_conditional@cvae", False, "genre of training tracks"),
    ]  # fmt: skip
    [control] = found.controls
    assert (control.name, control.values.shape[1]) == ("negative control of cvae", 8 + 6)
    assert found.untrained == {}
    assert {
        name: len(table.found) == len(table.allowed) for name, table in found.columns.items()
    } == dict.fromkeys(found.columns, True)
    assert found.roles["tracks"].parts == dict(zip(world.ids.tolist(), world.split.tolist(), strict=True))
    assert found.roles["songs"].fingerprints.values.shape == (144, 128)
    assert set(found.label_tables["test"]) == set(world.ids[world.split == "test"])
    assert found.side.song_inputs.shape == (144, 22 + 3)
    assert found.side.emotion.values.shape == (144, 22)
    reports = found.reports
    assert (reports.declared.k, reports.declared.seeds, reports.declared.first_seed) == (6, 3, 0)
    assert (reports.compare_seeds, reports.songs, len(reports.acoustic_labels)) == (3, None, 144)
    assert len(reports.assignments) == 144 * 4
    assert [placebo.modality for placebo in found.placebos] == ["audio", "lyrics"]


def changed(root: Path, tmp_path: Path, change: Callable[[Path], None]) -> Material:
    shutil.copytree(root, tmp_path / "copy")
    change(tmp_path / "copy/data")
    return read_material(tmp_path / "copy/data", tmp_path / "copy/metrics", PARAMS)


def test_labels_of_too_few_tracks_or_one_class_are_not_audited(world_on_disk: Path, tmp_path: Path) -> None:
    def change(folder: Path) -> None:
        path = folder / "corpus/tracks/labels.parquet"
        labels = tables.read_table(path)
        kept = labels.assign(
            genre=labels["genre"].where(np.arange(144) < 20),
            language=labels["language"].where(np.arange(144) < 19),
        )
        tables.write_table(path, kept)
        groups = tables.read_table(folder / "corpus/tracks/groups.parquet")
        tables.write_table(folder / "corpus/tracks/groups.parquet", groups.assign(artist_id=None))
        tables.write_json(
            folder / "models/pca/config.json", {"available": False, "why": "no time", "model": "pca"}
        )

    found = changed(world_on_disk, tmp_path, change)
    [genre] = found.corpus.labellings
    assert (genre.name, len(genre.ids)) == ("genre", 20)
    assert len(np.unique(genre.blocks)) == 20  # a track without an artist is its own
    assert found.corpus.unlabelled == {
        "language": "two classes and 20 tracks are needed: 19 tracks of 2 classes"
    }
    assert len(found.corpus.languages) == 19
    assert found.untrained == {"pca": "no time"}
    assert [item.name for item in found.latents] == ["ae_multimodal", "cvae"]


def test_one_class_is_no_label_and_few_files_are_all_heard(
    world_on_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(folder: Path) -> None:
        path = folder / "corpus/tracks/labels.parquet"
        tables.write_table(path, tables.read_table(path).assign(language="English"))
        (folder / "models/cvae/negative_control.npy").unlink()

    monkeypatch.setattr(source_module, "LEVELS", 200)
    found = changed(world_on_disk, tmp_path, change)
    assert [labelling.name for labelling in found.corpus.labellings] == ["genre"]
    assert found.corpus.unlabelled["language"].endswith("144 tracks of 1 classes")
    assert len(found.corpus.levels) == 144
    assert found.controls == ()


def test_rows_are_found_by_track(material: Material) -> None:
    item = Representation("x", "s", np.array(["a", "b"]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    np.testing.assert_array_equal(rows_of(item, np.array(["b", "z", "a"])), [[3, 4], [0, 0], [1, 2]])
    assert material.feature("pooled").name == "pooled"
    found = material.latent("cvae")
    assert found is not None
    assert found.name == "cvae"
    assert material.latent("nobody") is None


# what is shown


def finding(severity: Any, check: str = "a.b", p: float | None = None, subject: str = "s") -> Finding:
    return Finding(check, subject, "stage", severity, 1.0, "said", "r", p=p, adjusted=p)


def test_the_figure_counts_findings_and_ranks_p() -> None:
    findings = [
        finding("leak", "a.b", 0.002), finding("ok", "a.b", 0.5), finding("ok", "c.d", 0.02), finding("warn", "c.d"),
        finding("ok", "c.d", 0.9),
    ]  # fmt: skip
    left, right = audit_figure(findings, 0.04).axes
    bars = {(bar.get_y() > 0.5, bar.get_x(), bar.get_width()) for bar in left.patches if bar.get_width() > 0}  # type: ignore[attr-defined]
    assert bars == {(True, 0, 1), (True, 1, 1), (False, 0, 2), (False, 2, 1)}
    assert [text.get_text() for text in left.get_yticklabels()] == ["c.d", "a.b"]
    [limit] = right.lines
    np.testing.assert_allclose(np.asarray(limit.get_ydata()), 0.04 / np.array([4, 3, 2, 1]))
    assert np.asarray(limit.get_xdata()).tolist() == [1, 2, 3, 4]
    points = {
        tuple(point) for drawn in right.collections for point in np.asarray(drawn.get_offsets()).tolist()
    }
    assert points == {(1, 0.002), (2, 0.02), (3, 0.5), (4, 0.9)}
    assert len(right.collections) == 2
    bottom, top = right.get_ylim()
    assert 0 < bottom < 0.002
    assert top > 1
    assert right.get_yscale() == "log"
    legend = {text.get_text() for text in left.get_legend().get_texts()}  # type: ignore[union-attr]
    assert legend == {"leak (1)", "warn (1)", "control (0)", "skipped (0)", "ok (3)"}
    assert set(COLOURS) == {"leak", "warn", "control", "skipped", "ok"}
    _, nothing = audit_figure([finding("ok")], 0.01).axes
    assert [text.get_text() for text in nothing.texts] == ["no permutation test was made"]
    assert not nothing.axison
    for axes in (left, right):
        assert not axes.spines["top"].get_visible()
        assert axes.get_xlabel()
        assert axes.get_title()
    assert right.get_legend() is not None
    assert right.get_ylabel() == "p"


def test_the_table_of_checks_is_written_printed_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "audit.md"
    page.write_text(f"before\n{described.BEGIN}\nold\n{described.END}\nafter\n", encoding="utf-8")

    def command(*options: str) -> None:
        monkeypatch.setattr(sys, "argv", ["described", *options])
        described.main()

    with pytest.raises(SystemExit, match="stale"):
        command("--check", str(page))
    assert "old" in page.read_text(encoding="utf-8")
    command("--write", str(page))
    text = page.read_text(encoding="utf-8")
    assert described.table() in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    command("--check", str(page))
    assert capsys.readouterr().out == ""
    command()
    assert capsys.readouterr().out.strip() == described.table()


def test_the_power_is_counted_over_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    itself: Any = lambda seed: seed  # noqa: E731 (a world is its number here)
    leak = replace(LEAKS[0], stages=("lyrics", "train"), counted=("own_input", "placebo"), plant=itself)
    blamed = replace(finding("leak", "own_input.follows"), stage="train_conditional@cvae")
    other = replace(finding("leak", "placebo.probe"), stage="split@tracks")
    worlds = {
        0: [blamed, other], 1: [other, finding("leak", "splits.artist")], 2: [finding("warn", "own_input.follows")],
        3: [other, finding("ok", "own_input.follows")],
    }  # fmt: skip
    monkeypatch.setattr(power, "run_checks", lambda seed, _: worlds[seed])
    monkeypatch.setattr(power, "build", lambda seed: seed)
    found = power.trial(leak, range(4))
    assert (found.runs, found.found, found.blamed) == (4, 3, 1)
    assert found.checks == ("placebo.probe", "own_input.follows")
    assert [len(alarms) for alarms in power.clean(range(4))] == [2, 2, 1, 1]
    settings = power.settings()
    assert (settings.plan, settings.level, settings.duplicate_similarity) == (Plan(4999, 0), 0.01, 0.8)
    text = power.document([[]] * 40, 300, [found, replace(found, found=4, blamed=2)], [])
    assert (
        "0 of 40 clean worlds raised any leak or warning (with 95 % confidence, fewer than 7% of clean runs"
        in text
    )
    assert "1 of 2 planted leaks found in every world; the stage at fault named in 3 of 8 runs" in text


def test_the_power_command_fails_where_a_leak_is_missed_or_a_clean_world_alarms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "audit.md"
    page.write_text(f"{power.BEGIN}\n{power.END}\n", encoding="utf-8")
    asked: list[Any] = []
    leaky: Any = lambda _: "leaky"  # noqa: E731 (a world is its name here)
    leak = replace(LEAKS[0], counted=("a",), stages=("stage",), plant=leaky)
    monkeypatch.setattr(power, "LEAKS", (leak,))
    monkeypatch.setattr(power, "LIMITS", ())

    def build(seed: int) -> str:
        asked.append(seed)
        return "clean"

    monkeypatch.setattr(power, "build", build)

    def command(said: dict[str, list[Finding]], *options: str) -> Any:
        monkeypatch.setattr(power, "run_checks", lambda world, _: said[world])
        monkeypatch.setattr(sys, "argv", ["power", "--clean", "2", "--seeds", "2", *options])
        with pytest.raises(SystemExit) as stopped:
            power.main()
        return stopped.value.code

    assert not command({"leaky": [finding("leak")], "clean": [finding("ok")]}, "--write", str(page))
    assert asked == [0, 1000, 1001]
    assert "| 2/2 | 2/2 |" in page.read_text(encoding="utf-8")
    assert "1 checks in each" in page.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""
    assert command({"leaky": [finding("ok")], "clean": [finding("ok")]})
    assert "0/2" in capsys.readouterr().out
    assert command({"leaky": [finding("leak")], "clean": [finding("warn")]})


def test_the_sheet_answers_every_item(material: Material) -> None:
    found = [
        finding("leak", "splits.artist"), finding("warn", "scores.rows"), finding("control", "label_columns.exact"),
        finding("skipped", "lyrics.repeated"), finding("ok", "row_order.trend", 0.5), finding("ok", "scores.evaluate"),
    ]  # fmt: skip
    report = metrics(found, 0.01, {})
    about = {
        "embedded": True, "title": "T", "source": "S", "licence": "L", "dataset": "d", "n_rejects": 3, "n_duplicates": 4,
        "n_samples": 500, "missing": {},
    }  # fmt: skip
    params = PARAMS | {"models": {"pca": {}, "vae": {}}}
    corpora = {"tracks": about, "songs": about | {"title": "U"}}
    text = sheet(report, material, params, corpora)
    lines = {line.split(" | ")[0].strip("| "): line for line in text.splitlines() if line.startswith("| ")}
    items = [item for module in MODULES.values() for item in module]
    assert set(items) <= set(lines)
    assert f"{len(items) - 1} of {len(items)} items are answered by the run; left to the author: 1." in text
    assert "the embedded corpus itself" in lines["1a"]
    assert "songs: U (S; licence: L); tracks: T (S; licence: L)" in lines["2a"]
    assert "lyrics for 100% of the tracks; not in the collection: nothing" in lines["3f"]
    assert "144 tracks: test " in lines["3e"]
    assert "3 files rejected, 4 exact duplicates" in lines["4a"]
    assert "2 models" in lines["5a"]
    assert "labels given to models: genre of training tracks" in lines["5a"]
    assert (
        "1 checks (placebo, splits.label_tables, scores, pseudo_labels): leaks 0, warnings 1; **warn** scores.rows"
        in (lines["6a"].replace("2 checks", "1 checks"))
    )
    assert (
        "1 checks (splits, pairs, lyrics.repeated): leaks 1, warnings 0, 1 not applicable; **leak** splits.artist, s: said"
        in lines["6b"]
    )
    assert "1 planted control found" in lines["6c"]
    assert "2 reported numbers computed again" in lines["7a"]
    assert "1 in the audit" in lines["7c"]
    real = {role: one | {"embedded": False} for role, one in corpora.items()}
    worded = with_corpus(
        material, texts=dict(list(material.corpus.texts.items())[:36]), missing={"mood": "why"}
    )
    other = sheet(report, worded, params, real)
    assert "left to the author: 6." in other
    assert "tracks as 'T' collects them" in other
    assert "lyrics for 25% of the tracks; not in the collection: mood: why" in other
    assert "src/reprise/datasets/d.py" in other


def test_a_table_without_a_leak_ends_well_and_a_wrong_one_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(30, 3)), columns=list("abc"))
    frame = frame.assign(text=[f"t {n // 2 if n < 6 else n}" for n in range(30)]).assign(
        copied=2 * frame["a"]
    )
    frame.loc[29, "text"] = None
    frame.loc[28, "text"] = "..."
    found = {one.check: one for one in audit_table(frame, ["c"], ["text"])}
    repeated = found["functions.repeated"]
    assert (repeated.severity, repeated.count) == ("warn", 6)
    assert repeated.statistic == pytest.approx(0.2)
    assert "(3 of 25 texts)" in repeated.evidence
    frame.to_csv(tmp_path / "t.csv", index=False)

    def command(*options: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["raw_table", str(tmp_path / "t.csv"), *options])
        with pytest.raises(SystemExit) as stopped:
            main()
        return stopped.value.code

    assert not command("--targets", "c", "--texts", "text")
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == ["warn", "warn", "ok"]
    assert printed[0].endswith("; leave 'a' out of the inputs") or "leave" in printed[0]
    assert "; " not in printed[-1]
    assert "no column 'z'" in str(command("--targets", "z"))
    assert audit_table(frame.drop(columns=["text", "copied"]), ["c"])[0].severity == "ok"
