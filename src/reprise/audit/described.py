"""What each check asks and how it decides: the table of `docs/audit.md`, held against the checks by a test.

python -m reprise.audit.described --write docs/audit.md    put the table between the marks of a Markdown file
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reprise.pages.marks import between

BEGIN, END = (
    "<!-- checks: made by `python -m reprise.audit.described --write docs/audit.md` -->",
    "<!-- /checks -->",
)

TEST, EXACT, RATIO = "permutation test", "exact", "threshold"

CHECKS: dict[str, tuple[str, str]] = {
    "row_order.ascending": ("do rows stand in the order of their ids?", EXACT),
    "row_order.neighbours": ("are neighbours in the file of one class more often than by chance, at any of 12 distances?", TEST),
    "row_order.trend": ("does the row number tell the class?", TEST),
    "identifiers.class_name": ("does a track's, artist's or group's id contain the name of its class?", EXACT),
    "identifiers.characters": ("does any character of the id tell the class?", TEST),
    "envelope.size": ("do file sizes differ, and tell the class?", TEST),
    "envelope.header": ("do headers (tags, rates) differ, and tell the class?", TEST),
    "envelope.trailing": ("are there bytes behind the samples, and do they tell the class?", TEST),
    "envelope.silence": ("are clips padded with silence by class?", TEST),
    "envelope.edge": ("do files of different artists begin or end with the same samples, by class?", TEST),
    "lyrics.label_name": ("do lyrics name their own class, in any of five languages? Natural mentions warn; a pure and common name is a leak", TEST),
    "lyrics.repeated": ("do artists of one class share whole lyrics?", TEST),
    "lyrics.vocabulary": ("has a class words or lines that nearly all its lyrics carry, and no others of that language?", TEST),
    "splits.artist": ("does an artist have tracks in two parts?", EXACT),
    "splits.group": ("does a group have tracks in two parts?", EXACT),
    "splits.duplicate": ("do two tracks in different parts sound the same (fingerprints, `split.duplicate_similarity`)?", RATIO),
    "splits.label_tables": ("do the label tables hold rows of the other part?", EXACT),
    "contracts.columns": ("does a label-free table have a column that its contract does not know?", EXACT),
    "contracts.group_names": ("is each group named by one of its own tracks?", EXACT),
    "functions.any": ("is a target an exact function of inputs, or an input of another?", EXACT),
    "functions.affine": ("found: an affine copy", EXACT),
    "functions.monotone": ("found: a monotone function", EXACT),
    "functions.largest": ("found: the name of the largest of some targets", EXACT),
    "functions.linear": ("found: a linear function of all inputs, each row predicted from the others", EXACT),
    "functions.word_count": ("found: the number of words of the lyrics", EXACT),
    "functions.repeated": ("do rows of a raw table share their text?", EXACT),
    "hidden_targets.exact": ("is a column of a representation a true factor, arousal or valence, or a monotone function of one?", EXACT),
    "pairs.triplets": ("does a track belong to two triplets, so that a split by triplet parts it from itself?", EXACT),
    "label_columns.exact": ("is the label a column, a one-hot, any code, or any rotation of these (largest canonical correlation 1, and not 1 for permuted labels)?", EXACT),
    "own_input.follows": ("has a representation anything in common with its own input, within a class? Alarms if it tells the class and does not follow", RATIO),
    "own_input.columns": ("does any column tell the class and not follow the input within it?", RATIO),
    "placebo.same_function": ("run again on exchanged inputs, does the stage's function give the owners' rows?", EXACT),
    "placebo.probe": ("after the exchange, is the label of the receiving track left in the rows?", TEST),
    "pseudo_labels.same_partition": ("are acoustic labels a function of the label, or the label of them?", EXACT),
    "pseudo_labels.nearest_centre": ("are clusters those of the vectors they are said to be of?", RATIO),
    "pseudo_labels.names": ("does an acoustic label say the name of a class?", EXACT),
    "scores.rows": ("are all tracks of the scope scored, as the split and the labels give them?", EXACT),
    "scores.as_declared": ("are methods, seeds and numbers of clusters those of `params.yaml`?", EXACT),
    "scores.headline": ("is the headline the declared method on fair tracks, not the best?", EXACT),
    "scores.evaluate": ("AMI and ARI of the selected model, computed again", EXACT),
    "scores.cluster": ("silhouettes of the selected model, computed again", EXACT),
    "scores.compare": ("AMI, ARI and NMI of every model, clustered again with every seed", EXACT),
    "scores.relabel": ("coherence of acoustic labels, computed again", EXACT),
    "scores.finetune": ("accuracy and macro F1 of LoRA, from the predictions of the lookup table", EXACT),
    "scores.lookup": ("entropy and same-artist recall of the lookup table, computed again", EXACT),
    "scores.transfer": ("a third human against two, from the pairs", EXACT),
    "scores.coverage": ("are all strict pairs scored?", RATIO),
    "scores.regress": ("R², error and rank correlation of every target, from the saved regressor", EXACT),
    "scores.granularity": ("is a reported share a whole number of tracks or pairs?", EXACT),
    "audit.resolution": ("are there enough permutations for so many tests?", EXACT),
}  # fmt: skip
"""Check to what it asks and how it decides."""


def table() -> str:
    """Return the checks as a Markdown table."""
    rows = [f"| `{check}` | {asks} | {decides} |" for check, (asks, decides) in CHECKS.items()]
    return "\n".join(["| check | what it asks | decided by |", "|---|---|---|", *rows])


def main() -> None:
    """Print, write or check the table."""
    parser = argparse.ArgumentParser(prog="reprise.audit.described", description="what the audit asks")
    parser.add_argument("--write", type=Path, help="Markdown file whose table is made anew")
    parser.add_argument("--check", type=Path, help="Markdown file whose table must be fresh")
    options = parser.parse_args()
    target = options.write or options.check
    if target is None:
        print(table())
        return
    old = target.read_text(encoding="utf-8")
    new = between(old, BEGIN, table(), END)
    if options.write:
        target.write_text(new, encoding="utf-8")
    elif old != new:
        sys.exit(f"the checks in {target} are stale: run python -m reprise.audit.described --write {target}")


if __name__ == "__main__":
    main()
