"""Make the pages that come from the project and its last run, or say which are stale.

    python -m reprise.pages             exit 1 and the stale pages
    python -m reprise.pages --write     make them; --write PAGE ... makes these
    python -m reprise.pages --list      what there is

Pages that a benchmark writes are made by its own command, which each of them names.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reprise.pages.registry import PAGES, stale


def main() -> None:
    """Compare, write or list."""
    parser = argparse.ArgumentParser(prog="reprise.pages", description="pages made from the project")
    parser.add_argument("--write", action="store_true", help="make the stale ones")
    parser.add_argument("--list", action="store_true", help="name all of them")
    parser.add_argument("pages", nargs="*", choices=[[], *PAGES], metavar="PAGE", help="these only")
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{path}  ({'run' if page.of_run else 'source'})" for path, page in PAGES.items()))
        return
    root = Path.cwd()
    found = stale(root, options.pages or None)
    for path, text in found.items():
        if options.write:
            (root / path).write_text(text, encoding="utf-8")
        print(f"{path} {'made' if options.write else 'is stale'}")
    if found and not options.write:
        sys.exit("run python -m reprise.pages --write")


if __name__ == "__main__":
    main()
