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
from reprise.audit.finding import Finding, Severity, benjamini_hochberg, decide
from reprise.audit.labelling import Labelling
from reprise.audit.report import metrics, table
from reprise.audit.run import Settings, run_checks
from reprise.audit.source import Material, Representation

MaterialOf = Callable[..., Material]


def leaks(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings if finding.severity == "leak"}


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_world_has_no_leak_and_no_warning(
    clean_material: MaterialOf, settings: Settings, seed: int
) -> None:
    found = run_checks(clean_material(seed), settings)
    assert [f for f in found if f.severity in ("leak", "warn")] == []
    controls = [finding for finding in found if finding.severity == "control"]
    assert [finding.subject for finding in controls] == ["negative control of cvae by genre"]


def one_hot_in_latents(material: Material) -> Material:
    first, *rest = material.latents
    values = np.hstack([first.values, material.labellings[0].one_hot])
    return replace(material, latents=(replace(first, values=values), *rest))


def lyrics_from_the_genre(material: Material) -> Material:
    labels = material.labellings[0]
    rng = np.random.default_rng(0)
    base = rng.normal(size=(len(labels.classes), 24))
    fake = base[labels.codes] + 0.3 * rng.normal(size=(len(labels.codes), 24))
    return replace(material, lyrics=replace(material.lyrics, values=fake))


def rows_sorted_by_genre(material: Material) -> Material:
    labels = material.labellings[0]
    order = labels.ids[np.argsort(labels.codes, kind="stable")]
    return replace(material, orders=material.orders | {"corpus tracks": ("download", order)})


def exchanged_feature_rows(material: Material) -> Material:
    descriptors, *rest = material.features
    values = descriptors.values[np.random.default_rng(0).permutation(len(descriptors.values))]
    return replace(material, features=(replace(descriptors, values=values), *rest))


def split_by_track(material: Material) -> Material:
    role = material.roles["tracks"]
    parts = np.random.default_rng(0).permutation(role.groups["split"])
    return replace(
        material, roles=material.roles | {"tracks": replace(role, groups=role.groups.assign(split=parts))}
    )


def copy_in_another_part(material: Material) -> Material:
    role = material.roles["tracks"]
    part = np.array([role.parts[track] for track in role.fingerprints.ids])
    prints = role.fingerprints.values.copy()
    prints[np.flatnonzero(part == "test")[0]] = prints[np.flatnonzero(part == "train")[0]]
    changed = replace(role, fingerprints=replace(role.fingerprints, values=prints))
    return replace(material, roles=material.roles | {"tracks": changed})


def label_of_a_test_track_in_training(material: Material) -> Material:
    tables_ = material.label_tables
    moved = np.append(tables_["train"], tables_["test"][:1])
    return replace(material, label_tables={"train": moved, "test": tables_["test"][1:]})


def best_seed_reported(material: Material) -> Material:
    report = json.loads(json.dumps(material.evaluation))
    report["against"]["genre"]["all"]["kmeans"]["ami"]["value"] += 0.05
    return replace(material, evaluation=report)


def hard_rows_dropped(material: Material) -> Material:
    kept = material.assignments["track_id"] != material.tracks[3]
    return replace(material, assignments=material.assignments[kept])


def target_among_inputs(material: Material) -> Material:
    mood = np.tanh(material.song_targets["sadness"])
    return replace(material, song_inputs=material.song_inputs.assign(mood=mood))


def track_in_two_triplets(material: Material) -> Material:
    pairs = material.pairs.copy()
    pairs.loc[0, "track_a"] = pairs["track_a"].iloc[-1]
    return replace(material, pairs=pairs)


def acoustic_labels_from_genre(material: Material) -> Material:
    labels = material.labellings[0]
    names = np.array([f"cluster {code}" for code in labels.codes])
    return replace(
        material, pseudo_labels=pd.DataFrame({"track_id": labels.ids, "new_acoustic_label": names})
    )


def theme_in_place_of_lyrics(material: Material) -> Material:
    labels = material.labellings[0]
    texts = {str(t): f"song number {code}" for t, code in zip(labels.ids, labels.codes, strict=True)}
    return replace(material, texts=texts)


def padded_clips(material: Material) -> Material:
    labels = material.labellings[0]
    code = dict(zip(map(str, labels.ids), labels.codes, strict=True))
    changed = {
        track: replace(file, size=file.size + int(code[track])) for track, file in material.envelopes.items()
    }
    return replace(material, envelopes=changed)


PLANTED: dict[str, tuple[Callable[[Material], Material], str]] = {
    "one-hot in latents": (one_hot_in_latents, "label_columns.exact"),
    "lyrics embeddings from the genre": (lyrics_from_the_genre, "own_input.follows"),
    "rows sorted by genre": (rows_sorted_by_genre, "row_order.neighbours"),
    "split by track": (split_by_track, "splits.artist"),
    "copy in another part": (copy_in_another_part, "splits.duplicate"),
    "test label in the training table": (label_of_a_test_track_in_training, "splits.label_tables"),
    "best seed reported": (best_seed_reported, "scores.recomputed"),
    "hard rows dropped": (hard_rows_dropped, "scores.rows"),
    "target among inputs": (target_among_inputs, "functions.monotone"),
    "track in two triplets": (track_in_two_triplets, "pairs.triplets"),
    "acoustic labels from the genre": (acoustic_labels_from_genre, "pseudo_labels.same_partition"),
    "theme in place of lyrics": (theme_in_place_of_lyrics, "lyrics_text.repeated"),
    "clip length by genre": (padded_clips, "envelope.size"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_is_found(material: Material, settings: Settings, name: str) -> None:
    plant, check = PLANTED[name]
    assert check in leaks(run_checks(plant(material), settings))


def test_exchanged_rows_are_at_least_a_warning(material: Material, settings: Settings) -> None:
    found = run_checks(exchanged_feature_rows(material), settings)
    subjects = {f.subject for f in found if f.severity in ("warn", "leak")}
    assert "descriptors from audio level given genre" in subjects


def test_a_control_that_is_not_found_is_a_warning(material: Material, settings: Settings) -> None:
    [control] = material.controls
    blind = replace(control, values=control.values[:, :-6])
    found = run_checks(replace(material, controls=(blind,)), settings)
    assert [f.subject for f in found if f.severity == "warn"] == ["negative control of cvae by genre"]


def test_without_labels_lyrics_and_clusters_the_audit_says_what_it_skipped(
    material: Material, settings: Settings
) -> None:
    nothing = np.zeros(0, dtype=str)
    empty = Representation("lyrics embeddings", "lyrics", nothing, np.zeros((0, 24)))
    bare = replace(
        material,
        texts={},
        lyrics=empty,
        assignments=material.assignments.head(0),
        pairs=material.pairs.head(0),
        song_targets=material.song_targets.head(0),
        untrained={"ae_multimodal": "no lyrics"},
        missing={"lyrics": "gtzan has no lyrics"},
    )
    found = run_checks(bare, settings)
    assert leaks(found) == set()
    skipped = {finding.check: finding.evidence for finding in found if finding.severity == "skipped"}
    assert skipped["lyrics_text.label_word"] == "gtzan has no lyrics"
    assert {"scores.rows", "pairs.triplets", "functions.any", "label_columns.exact"} <= set(skipped)
    assert leaks(run_checks(replace(bare, labellings=()), settings)) == set()


def test_the_stage_writes_metrics_table_and_figure(
    clean_world: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = clean_world(1)
    given = {
        "seed": 0,
        "models": {"pca": {}, "cvae": {}},
        "split": {"duplicate_similarity": 0.97},
        "audit": {"level": 0.01, "permutations": 499},
    }
    (world / "params.json").write_text(json.dumps(given))
    monkeypatch.setenv("REPRISE_PARAMS", str(world / "params.json"))
    monkeypatch.chdir(world)
    written = []
    for _ in range(2):
        runpy.run_path(str(root / "stages" / "audit.py"))["main"]()
        outs = ("metrics/leakage.json", "plots/audit/findings.csv", "plots/audit/leakage.png")
        written.append([(world / out).read_bytes() for out in outs])
    assert written[0] == written[1]
    report = tables.read_json("metrics/leakage.json")
    assert report["summary"]["leak"] == 0
    assert report["summary"]["control"] == 1
    assert report["declared"]["models"] == {"cvae": "genre of training tracks", "pca": "none"}
    assert set(_leaves(report)) <= {int, float, bool, str}
    findings = pd.read_csv("plots/audit/findings.csv")
    assert len(findings) == report["summary"]["checks"]


def _leaves(value: Any) -> list[type]:
    if isinstance(value, dict):
        return [kind for item in value.values() for kind in _leaves(item)]
    return [type(value)]


def test_benjamini_hochberg_against_scipy() -> None:
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(0).beta(0.3, 2, 200)
    np.testing.assert_array_equal(benjamini_hochberg(p, 0.05), false_discovery_control(p) <= 0.05)
    assert not benjamini_hochberg(np.zeros(0), 0.05).any()


def test_a_test_that_is_not_rejected_among_many_becomes_ok() -> None:
    def tested(p: float | None) -> Finding:
        return Finding("a.b", "s", "stage", "leak", 1.0, "e", "r", p=p)

    assert [f.severity for f in decide([tested(0.004), *[tested(0.5)] * 9], 0.01)] == ["ok"] * 10
    assert [f.severity for f in decide([tested(0.0005), tested(None), tested(0.5)], 0.01)] == [
        "leak",
        "leak",
        "ok",
    ]


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
    assert metrics(found, 0.01, {})["checks"]["a"]["b"]["1"]["remedy"] == "r"
