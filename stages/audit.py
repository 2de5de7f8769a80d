"""Audit the run for labels in the data, in a representation or in a report, where they must not be."""

from __future__ import annotations

from pathlib import Path

from reprise import params, tables
from reprise.audit.figure import audit_figure
from reprise.audit.labelling import Plan
from reprise.audit.reforms import sheet
from reprise.audit.report import metrics, table
from reprise.audit.run import Settings, run_checks
from reprise.audit.source import read_material
from reprise.plotting.save import save_png
from reprise.stage import run

DATA = Path("data")
METRICS = Path("metrics")
LEAKAGE = METRICS / "leakage.json"
REFORMS = METRICS / "REFORMS.md"
FINDINGS = Path("plots/audit/findings.csv")
FIGURE = Path("plots/audit/leakage.png")
ROLES = ("tracks", "emotion", "songs")


def main() -> None:
    """Read what the run has written, check it, write the findings."""
    given = params.load()
    material = read_material(DATA, METRICS, given.to_dict())
    plan = Plan(given.audit.permutations, given.seed)
    settings = Settings(plan, given.audit.level, given.split.duplicate_similarity)
    findings = run_checks(material, settings)
    declared = {item.name: item.given for item in material.latents}
    report = metrics(findings, settings.level, declared)
    tables.write_json(LEAKAGE, report)
    tables.write_csv(FINDINGS, table(findings))
    corpora = {role: tables.read_json(DATA / "corpus" / role / "corpus.json") for role in ROLES}
    tables.write_text(REFORMS, sheet(report, material, given.to_dict(), corpora))
    save_png(audit_figure(findings, settings.level), FIGURE)


if __name__ == "__main__":
    run(main)
