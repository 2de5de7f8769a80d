"""What the run measured of itself: metrics, the comparison of models, the findings of the audit, the version."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from reprise.web.load import read_csv
from reprise.web.run_files import METRICS, RunFiles

COMPARED = ("ami", "ari", "nmi", "purity", "accuracy")
PAGES = {
    "model_comparison": "plots/model_comparison.html",
}
"""Pages that stages wrote whole; they are served in a sandbox of their own."""


def read_metrics_file(path: Path) -> dict[str, Any]:
    """Return one file of metrics; empty where there is none or it is being written."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def all_metrics(files: RunFiles) -> dict[str, Any]:
    """Return all metrics of the run by the path of their file below ``metrics/``, without its suffix."""
    folder = files.root / METRICS
    return {
        path.relative_to(folder).with_suffix("").as_posix(): read_metrics_file(path)
        for path in sorted(folder.rglob("*.json"))
    }


def headlines(files: RunFiles) -> list[dict[str, str]]:
    """Return the headline results, each with what stands beside it and its file."""
    from reprise.summary import lines

    try:
        found = list(lines(files.root / METRICS))
    except (KeyError, TypeError, ValueError, OSError):  # a run that is being written
        return []
    return [
        {"what": one.what, "value": one.value, "beside": one.beside, "file": f"metrics/{one.source}"}
        for one in found
    ]


def comparison(files: RunFiles) -> dict[str, Any]:
    """Return the comparison of all models, one row each, with intervals and chance, and the verdicts on their claims."""
    found = read_metrics_file(files.root / METRICS / "compare.json")
    selected = read_metrics_file(files.root / METRICS / "lookup.json").get("selected_model")
    rows = [
        {"model": name, "selected": name == selected, **_model(entry), "claims": _claims(files, name)}
        for name, entry in found.get("models", {}).items()
    ]
    rows.sort(key=lambda row: -_value(row))
    return {
        "available": bool(rows),
        "method": found.get("method"),
        "k": found.get("k"),
        "intervals": found.get("intervals"),
        "conclusions": found.get("conclusions", {}),
        "models": rows,
        "page": page_address(files, "model_comparison"),
    }


def page_address(files: RunFiles, name: str) -> str | None:
    """Return where a whole page of the run is served, ``None`` where the run has not made it."""
    return f"/pages/{name}" if (files.root / PAGES[name]).exists() else None


def _model(entry: dict[str, Any]) -> dict[str, Any]:
    kept = ("available", "why", "kind", "labels_used", "latent_dim", "live_units", "parameters", "fair_scope")
    row = {name: entry.get(name) for name in kept}
    for truth in ("genre", "language"):
        measured = entry.get(truth, {})
        row[truth] = {name: _interval(measured[name]) for name in COMPARED if measured.get(name)}
    row["silhouette"] = _interval(entry.get("silhouette"))
    row["gain_over_hand_made"] = _interval(entry.get("gain_over_hand_made"))
    row["captures"] = entry.get("captures", {})
    return row


def _interval(entry: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return value, interval and chance, of the tracks of ``fair_scope``."""
    if not entry or "value" not in entry:
        return None
    return {name: entry.get(name) for name in ("value", "low", "high", "chance")}


def _value(row: dict[str, Any]) -> float:
    found = (row["genre"].get("ami") or row["silhouette"] or {}).get("value")
    return -1.0 if found is None else float(found)


def _claims(files: RunFiles, model: str) -> list[dict[str, Any]]:
    claims = read_metrics_file(files.root / METRICS / "proofs" / f"{model}.json").get("claims", {})
    return [
        {
            "claim": claim.get("statement", name),
            "verdict": claim.get("verdict"),
            "measure": claim.get("measure"),
        }
        for name, claim in claims.items()
        if isinstance(claim, dict)
    ]


def audit(files: RunFiles) -> dict[str, Any]:
    """Return the audit's summary and its findings, the gravest first."""
    found = read_metrics_file(files.root / METRICS / "leakage.json")
    order = {"leak": 0, "warn": 1, "control": 2, "skipped": 3, "ok": 4}
    rows = read_csv(files.root / "plots/audit/findings.csv")
    rows.sort(key=lambda row: order.get(row.get("severity", ""), 5))
    return {
        "available": bool(found),
        "summary": found.get("summary", {}),
        "declared": found.get("declared", {}),
        "findings": rows,
        "checks": _checks(found.get("checks", {})),
    }


def _checks(tree: dict[str, Any], path: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return every single check of the audit as a row."""
    rows: list[dict[str, Any]] = []
    for name, entry in tree.items():
        if isinstance(entry, dict) and "severity" in entry:
            kept = {key: entry.get(key) for key in ("severity", "stage", "evidence", "statistic")}
            rows.append({"check": ".".join(path), "subject": name, **kept})
        elif isinstance(entry, dict):
            rows += _checks(entry, (*path, name))
    return rows


def version(files: RunFiles, signature: str) -> dict[str, Any]:
    """Return what answers: the program, the run's ``dvc.lock``, and the state in which it was read."""
    return {
        "reprise": metadata.version("reprise"),
        "python": platform.python_version(),
        "dvc_lock_sha256": files.lock_hash() or None,
        "run": signature,
    }
