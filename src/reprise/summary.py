"""Print the results of a run, each with its interval, its chance level and where it comes from.

``python -m reprise.summary`` prints them; ``--write README.md`` puts them between the marks of a Markdown file; ``--check README.md`` exits with 1 if the
table there is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.errors import MissingData, RepriseError
from reprise.markdown_table import table
from reprise.pages.marks import between
from reprise.tables import read_json

BEGIN, END = "<!-- results: made by `python -m reprise.summary --write README.md` -->", "<!-- /results -->"
WHERE = """Look at
  metrics/MODEL_COMPARISON.md       every model on the same footing
  metrics/FINETUNING.md             LoRA in equations and figures, beside its peers
  plots/model_comparison.html       the same with maps and learning curves (opens offline)
  metrics/proofs/, plots/proofs/    each model's claims: supported, refuted, undecided
  metrics/leakage.json              what the audit looked for and found
  data/inference_lookup.csv         the table for recommenders
  dvc metrics show, dvc plots show  everything else"""


@dataclass(frozen=True)
class Line:
    """One result: what it is, its value, what stands beside it, and its file."""

    what: str
    value: str
    beside: str
    source: str


def lines(metrics: Path) -> Iterator[Line]:
    """Yield the headline results of a run; what is not available says why."""
    for source, describe in SECTIONS:
        path = metrics / source
        if path.exists():
            found = read_json(path)
            if found.get("available", True) is False:
                yield Line(source.removesuffix(".json"), "not available", str(found["why"]), source)
            else:
                yield from (Line(what, value, beside, source) for what, value, beside in describe(found))
    verdicts: Counter[str] = Counter()
    for path in sorted((metrics / "proofs").glob("*.json")):
        claims = read_json(path).get("claims", {})
        verdicts.update(str(claim["verdict"]) for claim in claims.values())
    if verdicts:
        counted = ", ".join(f"{verdicts[name]} {name}" for name in ("supported", "refuted", "undecided"))
        yield Line(
            "claims of the designs", counted, f"{sum(verdicts.values())} claims about the models", "proofs/"
        )


def markdown(metrics: Path) -> str:
    """Return the results as a Markdown table."""
    rows = ((line.what, line.value, line.beside, f"`metrics/{line.source}`") for line in lines(metrics))
    return table(("result", "value", "beside it", "file"), rows)


def plain(metrics: Path) -> str:
    """Return the results as aligned text."""
    found = list(lines(metrics))
    if not found:
        raise MissingData(f"{metrics} holds no metrics: run `dvc repro` first")
    wide = [max(len(getattr(line, name)) for line in found) for name in ("what", "value")]
    return "\n".join(f"{line.what:{wide[0]}}  {line.value:{wide[1]}}  {line.beside}" for line in found)


Rows = Iterator[tuple[str, str, str]]


def _interval(entry: dict[str, Any]) -> str:
    if "value" not in entry:
        return "not available"
    ends = f" [{entry['low']:.2f}, {entry['high']:.2f}]" if "low" in entry else ""
    return f"{entry['value']:.2f}{ends}"


def _download(found: dict[str, Any]) -> Rows:
    rejects, duplicates = found["rejects"]["total"], found["duplicates"]
    beside = f"{found['minutes']:.0f} minutes of audio; {rejects} rejected, {duplicates} duplicates"
    yield f"tracks ({found['dataset']})", str(found["tracks"]), beside


def _evaluate(found: dict[str, Any]) -> Rows:
    headline = found["headline"]
    if headline.get("available", True) is False:
        yield f"clusters of {found['selected_model']}", "not available", str(headline["why"])
        return
    for metric in ("ami", "ari"):
        entry = headline[metric]
        what = f"{metric.upper()} of {found['selected_model']} with {headline['attribute']}"
        beside = f"chance {abs(entry['chance']):.2f}; {headline['method']}, {headline['scope']} tracks, labels used: {headline['labels_used']}"
        yield what, _interval(entry), beside


def _compare(found: dict[str, Any]) -> Rows:
    said = found["conclusions"]
    value = f"{said['models_ahead_of_hand_made']} ahead, {said['models_behind_hand_made']} behind"
    yield (
        "models against hand-made features",
        value,
        f"of {said['models_compared']}; ahead: {said['ahead_of_hand_made']}",
    )


def _leakage(found: dict[str, Any]) -> Rows:
    said = found["summary"]
    yield "leaks found by the audit", str(said["leak"]), f"{said['checks']} checks, {said['warn']} warnings"


def _relabel(found: dict[str, Any]) -> Rows:
    said = found.get("coherence", {})
    if said.get("available"):
        tags, chance = said["original_tags"]["silhouette"]["value"], said["chance"]["silhouette"]
        beside = (
            f"unseen tracks, {found['kept']} labels; the original tags' own {tags:.2f}, chance {chance:.2f}"
        )
        yield "silhouette of acoustic labels", _interval(said["acoustic_labels"]["silhouette"]), beside


def _finetune(found: dict[str, Any]) -> Rows:
    methods = found["methods"]
    others = [name for name in ("head", "linear_probe", "full") if name in methods]
    beside = ", ".join(
        f"{name.replace('_', ' ')} {methods[name]['accuracy']['value']:.2f}" for name in others
    )
    chance = methods["lora"]["majority"]
    yield (
        "accuracy of LoRA on acoustic labels",
        _interval(methods["lora"]["accuracy"]),
        f"majority class {chance:.2f}, {beside}",
    )


def _transfer(found: dict[str, Any]) -> Rows:
    for dimension in ("arousal", "valence"):
        if "model" not in found[dimension]:
            yield f"pairs judged right, {dimension}", "not available", str(found[dimension]["why"])
            continue
        entry = found[dimension]["model"]["gt"]["accuracy"]
        loud = found[dimension]["loudness_only"]["gt"]["accuracy"]["value"]
        beside = f"chance {entry['chance']:.2f}, loudness alone {loud:.2f}; trained on: {found['trained_on']['corpus']}"
        yield f"pairs judged right, {dimension}", _interval(entry), beside


def _regress(found: dict[str, Any]) -> Rows:
    for group, name in (("audio", "R² of danceability and loudness"), ("lyric_topics", "R² of lyric topics")):
        methods = found["folds"]["groups"].get(group)
        if not methods:  # no such target was chosen
            continue
        peers = [key for key in methods if key.startswith(("ridge", "gradient"))]
        beside = ", ".join(f"{key.replace('_', ' ')} {methods[key]['r2']['value']:.2f}" for key in peers)
        yield f"{name}, by artist", _interval(methods["regressor"]["r2"]), f"mean 0, {beside}"


def _lookup(found: dict[str, Any]) -> Rows:
    yield (
        "rows of the lookup table",
        str(found["rows"]),
        f"neighbours in the latents of {found['selected_model']}",
    )
    for kind in ("artist", "tag"):
        said = found["neighbours"].get(f"same_{kind}_recall", {})
        if "raw_descriptors" in said:
            beside = f"raw descriptors {said['raw_descriptors']['value']:.2f}, chance {said['chance']:.2f}"
            yield f"recall@{said['k']} of the same {kind}", _interval(said), beside


SECTIONS: tuple[tuple[str, Callable[[dict[str, Any]], Rows]], ...] = (
    ("download/tracks.json", _download),
    ("evaluate.json", _evaluate),
    ("compare.json", _compare),
    ("leakage.json", _leakage),
    ("relabel.json", _relabel),
    ("finetune.json", _finetune),
    ("transfer.json", _transfer),
    ("regress.json", _regress),
    ("lookup.json", _lookup),
)


def main() -> None:
    """Print, write or check."""
    parser = argparse.ArgumentParser(prog="reprise.summary", description="print the results of the last run")
    parser.add_argument("--metrics", type=Path, default=Path("metrics"), help="folder of the metrics")
    parser.add_argument("--write", type=Path, help="Markdown file whose table is made anew")
    parser.add_argument("--check", type=Path, help="Markdown file whose table must be fresh")
    options = parser.parse_args()
    target = options.write or options.check
    if target is None:
        print(f"\n{plain(options.metrics)}\n\n{WHERE}")
        return
    text = target.read_text(encoding="utf-8")
    new = between(text, BEGIN, markdown(options.metrics), END)
    if options.write:
        target.write_text(new, encoding="utf-8")
    elif new != text:
        sys.exit(f"the results in {target} are stale: run python -m reprise.summary --write {target}")


if __name__ == "__main__":
    try:
        main()
    except RepriseError as error:
        sys.exit(str(error))
