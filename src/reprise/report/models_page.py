"""Write the measured part of ``docs/models.md``: sizes, training, and what was proven, from the metrics of the last run.

``python -m reprise.report.models_page`` exits with 1 if the page is stale; with ``--write`` it makes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reprise.markdown_table import table
from reprise.pages.marks import between
from reprise.tables import read_json

PAGE, METRICS = Path("docs/models.md"), Path("metrics")
BEGIN = "<!-- measured: made by `python -m reprise.report.models_page --write` -->"
END = "<!-- /measured -->"


def measured(metrics: Path, models: list[str]) -> str:
    """Return sizes of all models and the claims of each, as Markdown.

    Parameters
    ----------
    metrics
        Folder with ``train/<model>.json`` and ``proofs/<model>.json``.
    models
        Names in the order of ``params.yaml``.
    """
    header = [
        "model",
        "form",
        "latent",
        "parameters",
        "epochs (best)",
        "validation loss",
        "live units",
        "labels",
    ]
    parts = [
        "## Measured",
        table(header, [_size(model, _read(metrics / f"train/{model}.json")) for model in models]),
    ]
    reading = (
        "Each claim of the designs against its null, 95 %: *supported* or *refuted* where the interval lies on one side of "
        "the threshold, *undecided* where it holds it."
    )
    parts += ["## What was proven", reading]
    rows = [row for model in models for row in _claims(model, _read(metrics / f"proofs/{model}.json"))]
    parts.append(table(["model", "claim", "verdict", "found", "threshold"], rows))
    return "\n\n".join(parts)


def page(text: str, metrics: Path, models: list[str]) -> str:
    """Return the page with its measured part made anew.

    Raises
    ------
    ValueError
        If the page lacks the marks.
    """
    return between(text, BEGIN, measured(metrics, models), END)


def model_names(params: Path) -> list[str]:
    """Return the models of ``params.yaml``, in order."""
    from ruamel.yaml import YAML

    return list(YAML(typ="safe").load(params)["models"])


def _read(path: Path) -> dict[str, Any]:
    return read_json(path) if path.exists() else {"available": False, "why": "not run yet"}


def _size(model: str, found: dict[str, Any]) -> list[str]:
    if not found["available"]:
        return [f"`{model}`", f"not available: {found['why']}", *["–"] * 6]
    return [
        f"`{model}`",
        str(found["form"]),
        str(found["latent_dim"]),
        f"{found['parameters']:,}",
        f"{found['epochs']} ({found['best_epoch']})",
        f"{found['validation']['loss']:.4g}",
        str(found["active_units"]),
        str(found["labels_used"]),
    ]


def _claims(model: str, found: dict[str, Any]) -> Iterator[list[str]]:
    if not found["available"]:
        yield [f"`{model}`", f"not available: {found['why']}", "–", "–", "–"]
        return
    for _, claim in sorted(found["claims"].items()):
        if not claim.get("available", True):
            yield [f"`{model}`", claim["statement"], "not measured", str(claim["why"]), "–"]
            continue
        value = claim["found"]
        bounds = f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"
        yield [f"`{model}`", claim["statement"], claim["verdict"], bounds, f"{claim['threshold']:g}"]


def main() -> None:
    """Compare, or write."""
    old = PAGE.read_text(encoding="utf-8")
    new = page(old, METRICS, model_names(Path("params.yaml")))
    if "--write" in sys.argv[1:]:
        PAGE.write_text(new, encoding="utf-8")
    elif old != new:
        sys.exit(f"{PAGE} is stale: run python -m reprise.report.models_page --write")


if __name__ == "__main__":
    main()
