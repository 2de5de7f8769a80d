"""The command line: ``reprise <command>``. Each command imports what it needs when it is called, so ``--help`` is quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

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
    write: Annotated[Path | None, typer.Option(help="Write the page of all datasets there.")] = None,
    check: Annotated[Path | None, typer.Option(help="Exit 1 if that page is stale.")] = None,
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


PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Settings of a command whose options are its module's."""


@app.command(context_settings=PASS_ON)
def doctor(context: typer.Context) -> None:
    """Say what is in force here: confinement, versions, threads, processor, state of the pipeline; exit 1 if something is wrong."""
    from reprise import doctor as check

    raise typer.Exit(check.main(context.args))


@app.command(context_settings=PASS_ON)
def noninterference(context: typer.Context) -> None:
    """Permute each secret in a copy of the project and see that only what may know it changes."""
    from reprise import noninterference as experiment

    raise typer.Exit(experiment.main(context.args))


@app.command(context_settings=PASS_ON)
def power(context: typer.Context) -> None:
    """Plant leaks in copies of the project and see which layer of defence finds each; nothing is planted without --plant."""
    from reprise.leaks import run as planting

    raise typer.Exit(planting.main(context.args))


@app.command(context_settings=PASS_ON)
def verify(context: typer.Context) -> None:
    """Run the pipeline again in a copy and name the first artefact that differs."""
    from reprise import verify as check

    raise typer.Exit(check.main(context.args))


@app.command()
def scan(
    dataset: Annotated[
        str | None, typer.Argument(help="Key under datasets:; those selected, if left out.")
    ] = None,
    path: Annotated[Path | None, typer.Argument(help="Your folder or file, from now on.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if something has changed.")] = False,
) -> None:
    """Tell the pipeline what your own music folder holds now; to be repeated when it changes."""
    from reprise.datasets import scan as scanning

    if check:
        scanning.check(Path.cwd(), dataset)
    else:
        scanning.scan(Path.cwd(), dataset, path)


@app.command()
def relabel(
    table: Annotated[
        Path, typer.Argument(help="Descriptors of tracks: .csv, .tsv or .parquet; no audio is needed.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write labels, profiles, metrics and plots into.")],
    tags: Annotated[str, typer.Option(help="A column of the table, or a table with track_id and tag.")] = "",
    ignore: Annotated[str, typer.Option(help="Columns that are no descriptors, separated by commas.")] = "",
    names: Annotated[Path | None, typer.Option(help="Your names for labels, as inputs/names.yaml.")] = None,
    k: Annotated[int, typer.Option(help="Number of clusters; 0 has it chosen.")] = 0,
    root: Root = HERE,
) -> None:
    """Give the tracks of any table of descriptors (AcousticBrainz, librosa, your own) acoustic labels."""
    from reprise.relabel.from_table import relabel_table

    counts = relabel_table(table, out, tags=tags, ignore=ignore, names=names, k=k, root=root)
    print(", ".join(f"{number} {what}" for what, number in counts.items()) + f"; see {out}/relabel.json")


@app.command()
def serve(
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; others than this machine's own can reach it if it is not 127.0.0.1."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    library: Annotated[
        list[str] | None,
        typer.Option(
            help="name=FILE: a library to limit requests to; FILE (a playlist, CSV or text) holds its track ids. Repeatable."
        ),
    ] = None,
    upload: Annotated[
        bool, typer.Option(help="Whether audio files may be sent to be placed on the map.")
    ] = True,
    root: Root = HERE,
) -> None:
    """Show the last run in a browser: map, mood, search, neighbours, playlists, and a web API."""
    from reprise.web.serve import Place, serve

    serve(Place(root, host, port, library or [], upload))


@app.command()
def tag(
    folder: Annotated[Path, typer.Argument(help="Your music; it is only read.")],
    to: Annotated[Path, typer.Option(help="Folder for the tagged copies, apart from your music.")],
    write: Annotated[
        bool, typer.Option("--write", help="Write the copies; without it, only say what would be written.")
    ] = False,
    place: Annotated[
        bool, typer.Option("--place", help="Have the models look at files that are not in the last run.")
    ] = False,
    root: Root = HERE,
) -> None:
    """Write label and mood of the last run into copies of your audio files; a rehearsal unless --write is given."""
    from reprise.tagging.library import Order, tag_library
    from reprise.web.load import load_catalogue
    from reprise.web.run_files import RunFiles

    tagged, passed = 0, 0
    for outcome in tag_library(Order(folder, to, write, place), root, load_catalogue(RunFiles(root))):
        tagged, passed = tagged + (not outcome.why), passed + bool(outcome.why)
        said = outcome.why or ", ".join(f"{name}={value}" for name, value in outcome.fields.items())
        print(f"{'--' if outcome.why else 'ok'} {outcome.name}: {said}")
    done = f"written to {to}" if write else "would be written; --write writes them"
    print(f"{tagged} copies {done}; {passed} files passed over")


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
