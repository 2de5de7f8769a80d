"""Every page that is made from the project, and from what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from reprise.pages import flow, index, messages, packages, stages
from reprise.pages.marks import between, filled
from reprise.pages.pipeline import stages_of

PACKAGE = "src/reprise"


@dataclass(frozen=True)
class Page:
    """A page, or the part of one, that is made.

    Attributes
    ----------
    make
        From the project's root and the page as it stands to the page as it should be.
    of_run
        Whether it shows the last run: then it is fresh only beside the committed metrics.
    """

    make: Callable[[Path, str], str]
    of_run: bool = False


def stale(root: Path, only: Iterable[str] | None = None) -> dict[str, str]:
    """Return the pages that are not as they should be, with the text that they should have.

    Parameters
    ----------
    root
        The project.
    only
        Paths of pages; all of them if not given.
    """
    found = {}
    for path in PAGES if only is None else only:
        target = root / path
        old = target.read_text(encoding="utf-8") if target.exists() else ""
        new = PAGES[path].make(root, old)
        if new != old:
            found[path] = new
    return found


def _pipeline(root: Path, old: str) -> str:
    from reprise.confine.view import read_yaml

    drawn = flow.diagram(stages_of(read_yaml(root / "dvc.yaml")), read_yaml(root / "params.yaml"))
    return filled(old, "pipeline", drawn)


def _front(root: Path, old: str) -> str:
    from reprise import summary

    return between(_pipeline(root, old), summary.BEGIN, summary.markdown(root / "metrics"), summary.END)


def _parameters(root: Path, _: str) -> str:
    from reprise.parameters_page import page

    return page((root / "params.yaml").read_text(encoding="utf-8"))


def _datasets(_: Path, __: str) -> str:
    from reprise.datasets.catalogue import page

    return page()


def _lookup(_: Path, __: str) -> str:
    from reprise.lookup.columns import page

    return page()


def _audit(_: Path, old: str) -> str:
    from reprise.audit import described

    return between(old, described.BEGIN, described.table(), described.END)


def _models(root: Path, old: str) -> str:
    from reprise.report import models_page

    return models_page.page(old, root / "metrics", models_page.model_names(root / "params.yaml"))


def _comparison(root: Path, old: str) -> str:
    made = (
        root / "metrics" / "MODEL_COMPARISON.md"
    )  # kept by DVC, not by git: so that clones without data can read it
    return made.read_text(encoding="utf-8").replace("](../plots/", "](../../plots/") if made.exists() else old


PAGES: dict[str, Page] = {
    "docs/stages.md": Page(lambda root, _: stages.written(root)),
    "docs/messages.md": Page(lambda root, _: messages.page(root / PACKAGE)),
    "docs/architecture.md": Page(lambda root, old: filled(old, "packages", packages.diagram(root / PACKAGE))),
    "docs/parameters.md": Page(_parameters),
    "docs/datasets.md": Page(_datasets),
    "docs/lookup.md": Page(_lookup),
    "docs/audit.md": Page(_audit),
    "docs/README.md": Page(lambda root, _: index.page(root / "docs")),
    "README.md": Page(_front, of_run=True),
    "docs/models.md": Page(_models, of_run=True),
    "docs/results/MODEL_COMPARISON.md": Page(_comparison, of_run=True),
}
"""Path to how it is made. What a benchmark measures is no part of it."""
