"""Writing proofs: metrics, a table of verdicts, and the pictures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from reprise.plotting.save import save_png
from reprise.proofs.claim import Claim, Outcome
from reprise.tables import write_csv, write_json

COLUMNS = ("claim", "verdict", "value", "low", "high", "threshold", "statement")


def write_outcome(metrics: Path, plots: Path, model: str, outcome: Outcome) -> None:
    """Write ``metrics/proofs/<model>.json``, ``claims.csv`` and one picture per figure."""
    import pandas as pd

    verdicts = Counter(claim.verdict for claim in outcome.claims.values())
    write_json(
        metrics,
        {
            "available": True,
            "model": model,
            "verdicts": {verdict: verdicts[verdict] for verdict in ("supported", "refuted", "undecided")},
            "claims": {name: claim.to_dict() for name, claim in outcome.claims.items()},
        },
    )
    rows = [
        {"claim": name, "verdict": claim.verdict, "statement": claim.statement}
        | ({"threshold": claim.threshold} | claim.found.to_dict() if isinstance(claim, Claim) else {})
        for name, claim in sorted(outcome.claims.items())
    ]
    write_csv(plots / "claims.csv", pd.DataFrame(rows, columns=list(COLUMNS)))
    for name, figure in outcome.pictures.items():
        save_png(figure, plots / f"{name}.png")


def write_unavailable(metrics: Path, plots: Path, model: str, why: str) -> None:
    """Write that there is nothing to prove, and why."""
    import pandas as pd

    write_json(metrics, {"available": False, "model": model, "why": why})
    write_csv(plots / "claims.csv", pd.DataFrame({name: [] for name in COLUMNS}))
