"""Writing the comparison: metrics, tables, figure, document and page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reprise.evaluation.reference import Reference
from reprise.plotting.save import save_png
from reprise.report.comparison import Comparison, metrics, records, table
from reprise.report.contestant import Field
from reprise.report.listening import Listening
from reprise.report.markdown import document
from reprise.report.page import page
from reprise.report.paradox import figure
from reprise.tables import write_csv, write_json, write_text


@dataclass(frozen=True)
class Outputs:
    """Where the comparison is written.

    Parameters
    ----------
    metrics, document
        Numbers, and the same in words.
    table, records, figure
        One row per representation; data of the bar chart; the figure on conditional models.
    page
        The self-contained page.
    """

    metrics: Path
    document: Path
    table: Path
    records: Path
    figure: Path
    page: Path


def write(comparison: Comparison, field: Field, heard: Listening, outputs: Outputs) -> None:
    """Write everything; the same comparison gives the same bytes."""
    reference: Reference = field.reference
    write_json(outputs.metrics, metrics(comparison, field.k, field.seeds))
    write_csv(outputs.table, table(comparison))
    write_text(outputs.records, records(comparison))
    save_png(figure(list(comparison.pairs)), outputs.figure)
    write_text(outputs.document, document(comparison))
    write_text(outputs.page, page(comparison, reference, field.resampling.seed, heard, outputs.figure))
