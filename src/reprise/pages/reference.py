"""Make the reference of the code from its docstrings: one HTML page for each module, with search.

python -m reprise.pages.reference docs/api                    the whole library
python -m reprise.pages.reference docs/api reprise.pages      a part of it
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def make(target: Path, modules: Sequence[str] = ("reprise",)) -> None:
    """Write the pages; docstrings are in numpy style.

    Parameters
    ----------
    target
        Folder for them; ``index.html`` is the first.
    modules
        Dotted names; what is below them comes along.
    """
    import pdoc

    pdoc.render.configure(docformat="numpy", math=True, footer_text="Reprise")
    pdoc.pdoc(*modules, output_directory=target)


def main() -> None:
    """Make it from the command line."""
    parser = argparse.ArgumentParser(
        prog="reprise.pages.reference", description="make the reference of the code"
    )
    parser.add_argument("target", type=Path, help="folder for the pages")
    parser.add_argument(
        "modules", nargs="*", default=["reprise"], help="dotted names; the whole library if none is named"
    )
    options = parser.parse_args()
    make(options.target, options.modules)
    print(f"{options.target / 'index.html'}")


if __name__ == "__main__":
    main()
