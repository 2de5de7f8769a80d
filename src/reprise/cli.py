"""The command line: ``reprise <command>``. Each command imports what it needs when it is called, so ``--help`` is quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

from reprise.errors import RepriseError

app = typer.Typer(
    name="reprise",
    help="Music into representations, clusters, acoustic labels, mood and a lookup table: the commands around the pipeline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Root = Annotated[Path, typer.Option("--root", help="The project's folder.", show_default="here")]
HERE = Path()


@app.command()
def datasets(
    write: Annotated[Optional[Path], typer.Option(help="Write the page of all datasets there.")] = None,  # noqa: UP045
    check: Annotated[Optional[Path], typer.Option(help="Exit 1 if that page is stale.")] = None,  # noqa: UP045
    root: Root = HERE,
) -> None:
    """List the datasets: what they hold, how large they are, on what terms, and whether they are present."""
    from reprise.datasets import catalogue

    if write is None and check is None:
        print(catalogue.listing(root))
        return
    page = catalogue.page()
    if write is not None:
        write.write_text(page, encoding="utf-8")
    if check is not None and check.read_text(encoding="utf-8") != page:
        raise RepriseError(f"{check} is stale: run reprise datasets --write {check}")


@app.command()
def results(
    metrics: Annotated[Path, typer.Option(help="Folder of the metrics.")] = Path("metrics"),
) -> None:
    """Print the headline numbers of the last run, each with its interval, chance level and peer."""
    from reprise.summary import WHERE, plain

    print(f"\n{plain(metrics)}\n\n{WHERE}")


@app.command()
def taint() -> None:
    """Prove from the graph which secrets each stage may depend on; exit 1 if one breaks its promise."""
    from reprise import taint as proof

    raise typer.Exit(proof.main())


def main() -> None:
    """Run a command; what the user can mend is one line, everything else a trace."""
    try:
        app()
    except RepriseError as error:
        if os.environ.get("REPRISE_TRACE"):
            raise
        print(f"reprise: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
