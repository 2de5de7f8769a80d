"""A REFORMS sheet of the run: each item answered from the audit, the parameters and the corpus, or left to the author of a study."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from reprise.audit.material import Material
from reprise.audit.reforms_items import MODULES
from reprise.models.read_latents import NO_LABELS

AUTHOR = "*left to the author*: "
HEAD = """# REFORMS sheet of this run

Made by the stage `audit`; do not edit. Items after REFORMS (Kapoor et al., Science Advances 10 (18), eadk3452, 2024), in our words. *Left to the author*
marks what no pipeline can know: which claim a study makes, and why.

"""


def sheet(
    report: Mapping[str, Any],
    material: Material,
    params: Mapping[str, Any],
    corpora: Mapping[str, Mapping[str, Any]],
) -> str:
    """Return the sheet as Markdown.

    Parameters
    ----------
    report
        ``metrics/leakage.json``.
    material
        All artefacts.
    params
        Parameters of the audit.
    corpora
        Role to its ``corpus.json``.
    """
    answers = (
        _goals(corpora)
        | _reproducibility(corpora, params)
        | _data(material, corpora)
        | _preprocessing(corpora)
        | _modeling(material, params)
        | _leakage(report)
        | _metrics(report, material)
        | _limits(corpora)
    )
    lines = []
    for module, items in MODULES.items():
        lines += [f"## {module}", "", "| item | what to report | this run |", "|---|---|---|"]
        lines += [f"| {item} | {what} | {answers[item]} |" for item, what in items.items()]
        lines.append("")
    left = sum(answer.startswith(AUTHOR) for answer in answers.values())
    lines.append(
        f"{len(answers) - left} of {len(answers)} items are answered by the run; left to the author: {left}.\n"
    )
    return HEAD + "\n".join(lines)


Answers = dict[str, str]


def _goals(corpora: Mapping[str, Mapping[str, Any]]) -> Answers:
    embedded = corpora["tracks"]["embedded"]
    about = (
        "the embedded corpus itself: music that this project composes and renders; no claim about recorded music"
        if embedded
        else f"tracks as '{corpora['tracks']['title']}' collects them"
    )
    return {
        "1a": about,
        "1b": "to show that the pipeline works and how hard it is, offline and with known factors"
        if embedded
        else f"{AUTHOR}why this collection",
        "1c": f"{AUTHOR}representations are learned because no rule is known; hand-made features stand beside them in every table",
    }


def _reproducibility(corpora: Mapping[str, Mapping[str, Any]], params: Mapping[str, Any]) -> Answers:
    sources = "; ".join(
        f"{role}: {about['title']} ({about['source']}; licence: {about['licence']})"
        for role, about in sorted(corpora.items())
    )
    return {
        "2a": f"{sources}. Files are checked against checksums when fetched",
        "2b": f"this repository at the commit of this file; seed {params['seed']}; `dvc.lock` holds a hash of every input and output of every stage",
        "2c": "two cores, no GPU needed; versions pinned in `requirements.txt`; threads fixed for each stage; measured in `docs/benchmarks.md`",
        "2d": "`README.md`",
        "2e": "`dvc.yaml`: `dvc repro` makes everything",
    }


def _data(material: Material, corpora: Mapping[str, Mapping[str, Any]]) -> Answers:
    corpus, about = material.corpus, corpora["tracks"]
    parts = Counter(material.roles["tracks"].parts.values())
    classes = [
        f"{labelling.name}: "
        + ", ".join(
            f"{name} {count}"
            for name, count in sorted(Counter(labelling.classes[code] for code in labelling.codes).items())
        )
        for labelling in corpus.labellings
    ]
    lacking = "; ".join(f"{name}: {why}" for name, why in sorted(corpus.missing.items())) or "nothing"
    worded = len(corpus.texts) / max(len(corpus.tracks), 1)
    labels = (
        "drawn with the music: they are true by construction"
        if about["embedded"]
        else "as the collection gives them"
    )
    return {
        "3a": f"all parts come from one collection ({about['title']}); labels {labels}",
        "3b": "the composer's priors (`src/reprise/corpus/genres.py`)"
        if about["embedded"]
        else f"{AUTHOR}see the module of the dataset, `src/reprise/datasets/{about['dataset']}.py`",
        "3c": "every factor is known, so that claims can be proven or refuted"
        if about["embedded"]
        else f"{AUTHOR}",
        "3d": f"clusters are compared with {', '.join(item.name for item in corpus.labellings) or 'no label'}; {material.side.song_targets.shape[1]} targets of "
        f"{len(material.side.song_targets)} songs and {len(material.side.pairs)} judged pairs are predicted (`metrics/regress.json`, `metrics/transfer.json`)",
        "3e": f"{len(corpus.tracks)} tracks: {', '.join(f'{part} {count}' for part, count in sorted(parts.items()))}. {'. '.join(classes)}",
        "3f": f"lyrics for {worded:.0%} of the tracks; not in the collection: {lacking}",
        "3g": "test tracks are drawn by artist from the same collection, without looking at labels; their class shares are not forced",
    }


def _preprocessing(corpora: Mapping[str, Mapping[str, Any]]) -> Answers:
    about = corpora["tracks"]
    return {
        "4a": f"{about['n_rejects']} files rejected, {about['n_duplicates']} exact duplicates dropped (`data/corpus/tracks/rejects.parquet`)",
        "4b": "a file that cannot be decoded, is silent, or has features that are not finite becomes a reject with its reason; none is repaired",
        "4c": f"crop to {about['n_samples']} samples, one rate and format; features track by track (run again by the placebo); scalers fitted on the train part",
    }


def _modeling(material: Material, params: Mapping[str, Any]) -> Answers:
    given = sorted({item.given for item in material.latents} - {NO_LABELS})
    selected = material.reports.metrics["cluster"].get("selected_model", "none")
    shares = ", ".join(f"{name} {params['split'][name]:g}" for name in ("train", "validation", "test"))
    return {
        "5a": f"{len(params['models'])} models in `params.yaml` and `src/reprise/models/`; labels given to models: {', '.join(given) or 'none'}",
        "5b": "the designs' models, each with its claims and their proof or refutation (`metrics/proofs/`)",
        "5c": f"parts by artist and near-duplicate ({shares}); clusters by {params['cluster']['seeds']} seeds; probes cross-validated by artist; mood by triplet",
        "5d": f"`model: {selected}` stands in `params.yaml` before the run; all models are reported side by side",
        "5e": "written in `params.yaml`, recorded in `dvc.lock`; early stopping on validation tracks; no search over test scores",
        "5f": "hand-made features, PCA, chance by permutation, majority class, ridge on the same inputs, loudness alone, a third human",
    }


def _leakage(report: Mapping[str, Any]) -> Answers:
    return {
        "6a": _said(report, ("placebo", "splits.label_tables", "scores", "pseudo_labels")),
        "6b": _said(report, ("splits", "pairs", "lyrics.repeated")),
        "6c": _said(
            report,
            (
                "label_columns",
                "hidden_targets",
                "functions",
                "own_input",
                "envelope",
                "identifiers",
                "row_order",
                "lyrics",
                "contracts",
            ),
        ),
    }


def _said(report: Mapping[str, Any], wanted: tuple[str, ...]) -> str:
    """Count the findings of some checks, and name what was found."""
    counts: Counter[str] = Counter()
    found = []
    for family, kinds in report["checks"].items():
        for kind, subjects in kinds.items():
            if family in wanted or f"{family}.{kind}" in wanted:
                for subject, entry in subjects.items():
                    counts[entry["severity"]] += 1
                    if entry["severity"] in ("leak", "warn"):
                        found.append(
                            f"**{entry['severity']}** {family}.{kind}, {subject}: {entry['evidence']}"
                        )
    checks = f"{sum(counts.values()) - counts['skipped']} checks ({', '.join(wanted)}): leaks {counts['leak']}, warnings {counts['warn']}"
    control = f", {counts['control']} planted control found" if counts["control"] else ""
    skipped = f", {counts['skipped']} not applicable" if counts["skipped"] else ""
    return "; ".join([f"{checks}{control}{skipped}", *found])


def _metrics(report: Mapping[str, Any], material: Material) -> Answers:
    again = sum(len(subjects) for subjects in report["checks"].get("scores", {}).values())
    said = report["summary"]
    return {
        "7a": f"AMI and ARI (0 by chance) before NMI and purity; pair accuracy with coverage; R² by target. {again} reported numbers computed again or counted",
        "7b": f"95 % intervals over artists (whole groups), over {material.reports.compare_seeds} clustering seeds, and the level of chance beside each",
        "7c": f"permutation tests, labels between artists as blocks: {said['tests']} in the audit, Holm, chance of any false alarm at most {said['false_alarm_level']:g}; "
        "paired bootstrap for differences; Benjamini-Hochberg for tags of clusters",
    }


def _limits(corpora: Mapping[str, Mapping[str, Any]]) -> Answers:
    if corpora["tracks"]["embedded"]:
        return {
            "8a": "the same tables for real GTZAN (100 tracks): `docs/results/gtzan_mini/README.md`",
            "8b": "recorded music: the embedded corpus is rendered, its lyrics are artificial, its annotators simulated",
        }
    return {
        "8a": f"{AUTHOR}one collection is no evidence for another; `dvc exp run -S dataset=…` repeats the run on another one",
        "8b": f"{AUTHOR}other genres, languages, times and production styles than the collection's",
    }
