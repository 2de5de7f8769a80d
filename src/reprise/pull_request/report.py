"""The report of a change as one Markdown comment: the verdict first, then headline numbers, parameters, metrics, plots and the pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.errors import BadInput
from reprise.headline import ROLES
from reprise.pull_request.base import Base
from reprise.pull_request.curves import curves
from reprise.pull_request.lock import Stale, stale_stages
from reprise.pull_request.verdict import AUDIT, Change, changes, objections
from reprise.tables import read_json

ROWS = 40  # of a table; a comment on GitHub holds 65,536 characters
LONGEST = 64_000
CURVES = "plots/evaluate/training.tsv"
COMMITTED = ("dvc.lock", "metrics", "plots")


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes
    ----------
    text
        Markdown.
    objections
        What speaks against merging; empty: nothing.
    """

    text: str
    objections: list[str]


def report(root: Path, revision: str, log: str = "") -> Report:
    """Compare the project as it stands with a revision.

    Parameters
    ----------
    root
        The project; its data need not be there.
    revision
        What it is compared with, as a rule the target branch.
    log
        What ``dvc repro`` printed, where it ran before; empty: it did not.

    Raises
    ------
    BadParameter
        If there is no such revision.
    MissingData
        If there is no ``dvc.lock``.
    """
    base = Base(root, revision)
    stale = stale_stages(root)
    found = changes(
        lambda path: base.json(path),
        lambda path: _json(root / path),
        _data(base, _yaml(root / "params.yaml")),
    )
    against = list(objections(stale, found, _json(root / AUDIT)))
    metrics, parameters = _dvc_diffs(root, base)
    parts = [
        *_verdict(base, against),
        *_run(root, log),
        *_headline(found),
        *_stale(stale),
        *_table("Parameters", ("parameter", "before", "now"), parameters),
        *_table("Metrics", ("metric", "before", "now", "change"), metrics, folded=True),
        *_plots(root, base),
        *_pipeline(root),
    ]
    return Report(_cut("\n".join(parts)), against)


def _verdict(base: Base, against: Sequence[str]) -> list[str]:
    head = f"## Reprise: against `{base.revision}` ({base.commit[:7]})"
    if not against:
        return [
            head,
            "",
            "**Nothing speaks against it**: `dvc.lock` is true, no leak, no headline number fell.",
            "",
        ]
    return [head, "", "**Not as it is:**", "", *(f"- {line}" for line in against), ""]


def _run(root: Path, log: str) -> list[str]:
    """Say what ran, and whether it left what is committed as it is."""
    if not log:
        return []
    ran, restored = (
        len(re.findall(r"^(?:\S+ +\| )?Running stage", log, re.M)),
        log.count("is cached - skipping run"),
    )
    lines = [f"{ran} stages ran, {restored} were restored from the cache.", ""]
    differs = Base(root, "HEAD").changed(*COMMITTED)
    if differs:
        lines += [
            (
                f"The run gave other bytes than those committed in {len(differs)} files (`{'`, `'.join(differs[:5])}` …): another processor "
                "gives other last digits; what is compared below is this run."
            ),
            "",
        ]
    return lines


def _headline(found: Sequence[Change]) -> list[str]:
    rows = [
        (change.name, str(change.before or "–"), str(change.after or "–"), change.told()) for change in found
    ]
    return _table("Headline numbers, with 95 % intervals", ("", "before", "now", ""), rows)


def _stale(stale: Sequence[Stale]) -> list[str]:
    rows = [(f"`{item.stage}`", item.why) for item in stale]
    return _table("Stages that dvc.lock is not true for", ("stage", "why"), rows) if rows else []


def _plots(root: Path, base: Base) -> list[str]:
    """List plots that differ, and draw the selected model's learning curves of both sides."""
    changed = [name for name in base.changed("plots") if not name.startswith("plots/proofs/")]
    proofs = len(base.changed("plots/proofs"))
    told = [f"`{name}`" for name in changed[:ROWS]]
    if proofs:
        told.append(f"{proofs} files of `plots/proofs`")
    lines = ["### Plots", "", ", ".join(told) + " differ." if told else "None differs.", ""]
    before, path = base.read(CURVES), root / CURVES
    if CURVES in changed and before is not None and path.exists():
        lines += curves(before.decode("utf-8"), path.read_text(encoding="utf-8"))
    return lines


def _pipeline(root: Path) -> list[str]:
    """Draw the pipeline, stages of a matrix together, as GitHub draws it."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        graph = repo.index.graph
        edges = {(_group(before), _group(after)) for after, before in graph.edges}
    drawn = [f"  {before} --> {after}" for before, after in sorted(edges) if before != after]
    return [
        "<details><summary>Pipeline</summary>",
        "",
        "```mermaid",
        "flowchart LR",
        *drawn,
        "```",
        "",
        "</details>",
        "",
    ]


def _group(stage: Any) -> str:
    return str(stage.name).partition("@")[0]


def _dvc_diffs(root: Path, base: Base) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return rows of ``dvc metrics diff`` and ``dvc params diff``."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        metrics = repo.metrics.diff(a_rev=base.commit).get("diff", {})
        parameters = repo.params.diff(a_rev=base.commit).get("diff", {})
    ordered = sorted(
        (not _moved(key, entries), path, key) for path, entries in metrics.items() for key in entries
    )
    return (
        [
            (f"`{path}` {key}", *(_shown(metrics[path][key].get(side)) for side in ("old", "new", "diff")))
            for _, path, key in ordered
        ],
        [
            (f"`{key}`", _shown(one.get("old")), _shown(one.get("new")))
            for _, entries in sorted(parameters.items())
            for key, one in sorted(entries.items())
        ],
    )


def _moved(key: str, entries: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a number left the interval it had: such stand first, for a table has thousands."""
    name, _, last = key.rpartition(".")
    low, high = (entries.get(f"{name}.{bound}", {}).get("old") for bound in ("low", "high"))
    now = entries[key].get("new")
    if last != "value" or low is None or high is None or now is None:
        return False
    return not low <= now <= high


def _data(base: Base, now: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return what each role's data are on either side: the dataset, and its options."""
    before = base.yaml("params.yaml")
    found = {}
    for role in dict.fromkeys(ROLES.values()):
        (old, was), (new, this) = (_chosen(side, role) for side in (before, now))
        common = was.keys() & this.keys()  # an option that is new does not make the data others
        found[role] = tuple(
            (name, {key: side[key] for key in common}) for name, side in ((old, was), (new, this))
        )
    return found


def _chosen(params: Mapping[str, Any], role: str) -> tuple[Any, Mapping[str, Any]]:
    name = params.get(role)
    return name, params.get("datasets", {}).get(name, {})


def _table(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, folded: bool = False
) -> list[str]:
    if not rows:
        return [f"### {title}", "", "None differs.", ""]
    lines = [f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows[:ROWS])]
    if len(rows) > ROWS:
        lines += ["", f"… and {len(rows) - ROWS} more."]
    if folded:
        return [f"<details><summary>{title}: {len(rows)} differ</summary>", "", *lines, "", "</details>", ""]
    return [f"### {title}", "", *lines, ""]


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    text = f"{value:.4g}" if isinstance(value, float) else str(value) or "''"
    return text.replace("|", "\\|").replace("\n", " ")[:120]


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: text.rfind("\n", 0, LONGEST)] + "\n\n… cut: the whole report is the job's summary.\n"


def _json(path: Path) -> dict[str, Any] | None:
    return read_json(path) if path.exists() else None


def _yaml(path: Path) -> Mapping[str, Any]:
    from reprise.confine.view import read_yaml

    found = read_yaml(path)
    if not isinstance(found, Mapping):
        raise BadInput(f"{path} holds no parameters")
    return found
