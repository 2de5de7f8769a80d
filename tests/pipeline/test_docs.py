from __future__ import annotations

from pathlib import Path

from reprise import parameters_page


def test_the_page_of_parameters_is_fresh(root: Path) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    assert parameters_page.page(text) == (root / parameters_page.PAGE).read_text(encoding="utf-8"), (
        "python -m reprise.parameters_page --write"
    )
