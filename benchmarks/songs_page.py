"""The page of the song regression on real rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sections import machine

METHODS = {
    "mean": "mean of the training songs (chance)",
    "ridge_metadata": "ridge: genre and year",
    "ridge_lyrics": "ridge: frozen sentence embedding",
    "ridge_all": "ridge: sentence embedding, genre, year",
    "ridge_tfidf": "ridge: TF-IDF words",
    "gradient_boosting": "gradient boosting on words, sentence embedding, genre, year",
    "linear_experts": "the regressor's linear experts alone",
    "regressor": "**the regressor**",
}
GROUPS = {"lyric_topics": "16 lyric topics", "audio": "danceability and loudness"}


@dataclass(frozen=True)
class Source:
    """Rows of the table, songs that could be used, and the sentence encoder."""

    rows: int
    songs: int
    model: str


def page(
    found: dict[str, Any], took: dict[str, float], source: Source, epoch: dict[str, float] | None
) -> str:
    """Return the page.

    Parameters
    ----------
    found
        The metrics of the stage.
    took
        ``seconds`` and ``cpu`` of the whole experiment, embeddings not counted.
    source
        What it was done on.
    epoch
        ``songs``, ``seconds`` and ``cpu`` of one epoch of fine-tuning, if it was measured.
    """
    folds = found["folds"]
    lines = [
        "# Song regression on real rows: Music Dataset 1950-2019",
        "",
        "`PYTHONPATH=src python benchmarks/songs.py tcc_ceds_music.csv --write` (the table: [datasets](../../datasets.md))",
        "",
        (
            f"{source.rows:,} rows, of which {source.songs:,} songs could be used (the others have another song's lyrics or a repeated text); "
            f"{folds['groups_of_songs']:,} artists. Sentence encoder {source.model}, frozen. Every song is predicted by methods fitted on other "
            f"artists' songs ({folds['count']} folds); intervals (95 %) resample artists. The rows have no audio: that modality is masked."
        ),
        "",
        *_meaning(),
        *_table(folds),
        *_differences(folds),
        *_targets(folds["targets"]),
        *_ablation(folds["ablation"]),
        *_curve(found["learning_curve"]),
        *_cost(took, epoch),
    ]
    return "\n".join(lines) + "\n"


def _meaning() -> list[str]:
    return [
        "## What predicting the topics means",
        "",
        (
            "The 16 topic scores of this dataset are the output of a topic model (LDA) on *these same lyrics*: a deterministic function of the "
            "words that every method here is given. An R² of 1 would mean that the topic model is imitated perfectly; it would say nothing about "
            "what a song is about, and nothing about music. That is why word counts beat a sentence embedding, which keeps the sense of a text and "
            "drops its counts, and why the *shares* of words, in which LDA is nearly linear, beat TF-IDF, which weighs them anew. Danceability and "
            "loudness were measured on the recording, which is not here: words, genre and year can only guess at them, and how little they can is the "
            "result. The columns `topic` (name of the largest topic score), `age` (the year again) and `len` (the words counted) are refused as inputs."
        ),
        "",
    ]


def _table(folds: dict[str, Any]) -> Iterator[str]:
    for group, title in GROUPS.items():
        yield from (
            f"## {title[0].upper()}{title[1:]}",
            "",
            "| method | R² | MAE | Spearman |",
            "|---|---|---|---|",
        )
        for method, name in METHODS.items():
            entry = folds["groups"][group][method]
            yield f"| {name} | {interval(entry['r2'])} | {interval(entry['mae'])} | {interval(entry['spearman'])} |"
        yield ""


def _differences(folds: dict[str, Any]) -> Iterator[str]:
    yield from ("R² of the regressor minus that of each peer, on the same resamples:", "")
    yield from ("| peer | " + " | ".join(GROUPS.values()) + " |", "|---|---|---|")
    for method, name in METHODS.items():
        if method != "regressor":
            cells = [interval(folds["groups"][group]["regressor_minus"][method]) for group in GROUPS]
            yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""


def _targets(targets: dict[str, Any]) -> Iterator[str]:
    yield from (
        "## Each target",
        "",
        "| target | R² | MAE | Spearman | best baseline by R² |",
        "|---|---|---|---|---|",
    )
    for name, entry in targets.items():
        best = entry["r2"]
        beside = (
            f"{best['best_baseline']:.3f} ({best['best_baseline_is']})" if "best_baseline" in best else "–"
        )
        cells = " | ".join(interval(entry[metric]) for metric in ("r2", "mae", "spearman"))
        yield f"| {name} | {cells} | {beside} |"
    yield ""


def _ablation(ablation: dict[str, Any]) -> Iterator[str]:
    yield from ("## Without a modality, and with one alone", "", "Change of R² where test songs lose it:", "")
    yield from ("| test songs | " + " | ".join(GROUPS.values()) + " |", "|---|---|---|")
    for name, entry in ablation.items():
        cells = [interval(entry[group].get("change", entry[group])) for group in GROUPS]
        yield f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |"
    yield ""


def _curve(curve: dict[str, Any]) -> Iterator[str]:
    methods = ("regressor", "linear_experts", "ridge_tfidf")
    yield from ("## By number of songs learned from", "", "R², mean of the group:", "")
    yield from ("| songs | targets | " + " | ".join(methods) + " |", "|---|---|---|---|---|")
    for size, entry in sorted(curve.items(), key=lambda item: int(item[0].removesuffix("_songs"))):
        for group, title in GROUPS.items():
            cells = " | ".join(interval(entry[group][method]) for method in methods)
            yield f"| {size.removesuffix('_songs')} | {title} | {cells} |"
    yield ""


def _cost(took: dict[str, float], epoch: dict[str, float] | None) -> Iterator[str]:
    yield from ("## Cost", "")
    yield (
        f"{machine()}. The whole experiment (all folds, the learning curve, all baselines; embeddings not counted): "
        f"{took['cpu']:.0f} s of processor time, {took['seconds']:.0f} s on the clock."
    )
    if epoch:
        yield (
            f"One epoch of LoRA on {epoch['songs']:.0f} songs, end to end, two threads, loading and validation included: "
            f"{epoch['cpu']:.0f} s of processor time, {epoch['seconds']:.0f} s on the clock."
        )


def interval(entry: dict[str, Any]) -> str:
    """Return a value with its interval, or a dash where there is none."""
    if "value" not in entry:
        return "–"
    return f"{entry['value']:.3f} [{entry['low']:.3f}, {entry['high']:.3f}]"
