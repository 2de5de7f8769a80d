"""The command line: ``reprise <command>``. Each command imports what it needs when it is called, so ``--help`` is quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from reprise import exits

app = typer.Typer(
    name="reprise",
    help="Music into representations, clusters, acoustic labels, mood and a lookup table: the commands around the pipeline.",
    epilog=exits.MEANINGS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

Root = Annotated[Path, typer.Option("--root", help="The project's folder.", show_default="here")]
HERE = Path()


@app.callback()
def common(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show traces instead of one line for an error.")
    ] = False,
) -> None:
    """Set what holds for every command."""
    if debug:
        os.environ[exits.DEBUG_VARIABLE] = "1"


@app.command(short_help="List the datasets: size, terms, contents, whether present.")
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
        print(f"{check} is stale: run reprise datasets --write {check}", file=sys.stderr)
        raise typer.Exit(exits.WANTING)


@app.command(short_help="Print the headline numbers of the last run.")
def results(
    metrics: Annotated[Path, typer.Option(help="Folder of the metrics.")] = Path("metrics"),
) -> None:
    """Print the headline numbers of the last run, each with its interval, chance level and peer."""
    from reprise.summary import WHERE, plain

    print(f"\n{plain(metrics)}\n\n{WHERE}")


@app.command(short_help="Prove which secrets each stage may depend on.")
def taint() -> None:
    """Prove from the graph which secrets each stage may depend on; exit 1 if one breaks its promise."""
    from reprise import taint as proof

    raise typer.Exit(proof.main())


@app.command("pr-report", short_help="Report a change against a branch, as on a pull request.")
def pr_report(
    base: Annotated[str, typer.Argument(help="Branch, tag or commit to compare with.")] = "main",
    out: Annotated[Path | None, typer.Option(help="Write the Markdown there as well.")] = None,
    plots: Annotated[
        Path | None, typer.Option(help="Write the plots of both sides there (index.html).")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="What dvc repro printed, where it ran before: tells how much ran.")
    ] = None,
    root: Root = HERE,
) -> None:
    """Compare the project with a branch as a pull request's comment does, and exit 1 if it should not be merged as it is.

    It should not where dvc.lock is not true to code and parameters, where the audit found a leak, or where a headline number fell below
    the interval it had. Needs no data: any clone will do, a shallow one fetches the branch.
    """
    from reprise.pull_request import plots as both_sides
    from reprise.pull_request.report import report

    found = report(root.resolve(), base, log.read_text(encoding="utf-8") if log else "")
    print(found.text)
    if out is not None:
        out.write_text(found.text, encoding="utf-8")
    if plots is not None:
        both_sides.write(root.resolve(), base, plots)
    raise typer.Exit(exits.WANTING if found.objections else exits.FINE)


@app.command(short_help="List experiments: changes and headline numbers.")
def experiments(
    csv: Annotated[Path | None, typer.Option(help="Write the table there as CSV, every column.")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 30,
    root: Root = HERE,
) -> None:
    """List the experiments of this project, newest first: what each changed against its start, and its headline numbers.

    dvc exp show has a column for each of some thousand metrics; here are those that experiments are told apart by. dvc exp apply, branch,
    push and remove take the names.
    """
    from reprise import experiments as records

    found = records.read(root.resolve())[:last]
    print(records.table(found) if found else "no experiments here; dvc exp run -S model=cvae makes one")
    if csv is not None:
        records.write_csv(csv, found)


@app.command(short_help="Run what changed, then print the results.")
def run(
    targets: Annotated[list[str] | None, typer.Argument(help="Stages; all, if left out.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", "-S", metavar="KEY=VALUE", help="Change a parameter, as an experiment. Repeatable."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Run what did not change as well.")] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Stages at a time; 0: as many as there are cores.")
    ] = 1,
    root: Root = HERE,
) -> None:
    """Run what changed (dvc repro, or dvc exp run with -S), then print the headline numbers."""
    from reprise import running
    from reprise.side_by_side import workers

    raise typer.Exit(
        running.run(root.resolve(), targets or [], setting or [], force=force, jobs=workers(jobs))
    )


PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Settings of a command whose options are its module's."""


@app.command(context_settings=PASS_ON, short_help="Say what is in force here, and what must be put right.")
def doctor(context: typer.Context) -> None:
    """Say what is in force here: confinement, versions, threads, processor, state of the pipeline; exit 1 if something is wrong."""
    from reprise import doctor as check

    raise typer.Exit(check.main(context.args))


@app.command(context_settings=PASS_ON, short_help="Permute secrets in a copy and see what changes.")
def noninterference(context: typer.Context) -> None:
    """Permute each secret in a copy of the project and see that only what may know it changes."""
    from reprise import noninterference as experiment

    raise typer.Exit(experiment.main(context.args))


@app.command(context_settings=PASS_ON, short_help="Plant leaks in copies; see which defence finds each.")
def power(context: typer.Context) -> None:
    """Plant leaks in copies of the project and see which layer of defence finds each; nothing is planted without --plant."""
    from reprise.leaks import run as planting

    raise typer.Exit(planting.main(context.args))


@app.command(context_settings=PASS_ON, short_help="Run again in a copy; name the first difference.")
def verify(context: typer.Context) -> None:
    """Run the pipeline again in a copy and name the first artefact that differs."""
    from reprise import verify as check

    raise typer.Exit(check.main(context.args))


@app.command("check-cache", short_help="Read the cache and all outputs; name what is spoiled.")
def check_cache(
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove what is spoiled; dvc repro or dvc pull brings it back.")
    ] = False,
    root: Root = HERE,
) -> None:
    """Read every object of DVC's cache and every output, and exit 1 if one is not what its hash says (DVC itself does not look)."""
    from reprise.check_cache import check

    found = check(root.resolve(), remove=remove)
    print("\n".join(found) if found else "every object and every output is what its hash says")
    raise typer.Exit(exits.WANTING if found else exits.FINE)


@app.command(short_help="Tell the pipeline what your music folder holds now.")
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


@app.command(short_help="Give tracks of any table of descriptors labels.")
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


@app.command(short_help="Show the last run in a browser, and as a web API.")
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


@app.command(short_help="Write label and mood into copies of your audio files.")
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


@app.command(short_help="Find tracks like a track, like words, like a recording.")
def similar(
    track: Annotated[
        str | None, typer.Argument(help="An id, its first digits, or words of artist and title.")
    ] = None,
    lyrics: Annotated[
        str | None, typer.Option(help="Words to look for, or @file; - reads them from standard input.")
    ] = None,
    audio: Annotated[Path | None, typer.Option(help="A recording, in any format.")] = None,
    genre: Annotated[str, typer.Option(help="Genre of the words or the recording, if known.")] = "",
    year: Annotated[float | None, typer.Option(help="Year of the words or the recording, if known.")] = None,
    count: Annotated[int, typer.Option("--count", "-k", min=1, help="How many.")] = 10,
    embedding: Annotated[
        Path,
        typer.Option(help="Folder of the embedding a track is looked up in, such as data/lyrics/tracks."),
    ] = Path("data/regressor"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    root: Root = HERE,
) -> None:
    """Find the tracks most similar to a track of the collection, or the songs most similar to words, to a recording, or to both.

    Similarity is the cosine in the joint embedding of the song regression. What a query does not give is masked, not filled in.
    """
    from reprise.errors import BadInput
    from reprise.songs import similar_command as command

    asked = command.asked(lyrics, audio, genre, year)
    if (track is None) == (asked is None):
        raise BadInput("name a track, or give --lyrics, --audio, --genre or --year: one of the two")
    if asked is not None:
        found = command.similar_to_query(root, asked, count)
        embedding = command.JOINT
    else:
        found = command.similar_to_track(root, embedding, str(track), count)
    print(command.listing(found, command.described(root, embedding), as_json=as_json))


@app.command("score-mood", short_help="Score your own predictions of mood on judged pairs.")
def score_mood(
    predictions: Annotated[
        Path, typer.Argument(help="Table with track_id, arousal, valence: .csv, .tsv or .parquet.")
    ],
    pairs: Annotated[Path, typer.Option(help="Judged pairs.")] = Path("data/corpus/emotion/pairs.parquet"),
) -> None:
    """Score predictions of arousal and valence by MusAV's official pair accuracy; exchanged columns are refused."""
    from reprise.emotion.scoring import score_file

    print(score_file(predictions, pairs))


@app.command(short_help="Fetch a model from the hub.")
def weights(
    name: Annotated[str, typer.Argument(help="Name on the hub, such as microsoft/resnet-18.")],
    of: Annotated[
        str, typer.Option(help="backbone (pretrain starts from it) or lyrics (lyrics.model may name it).")
    ] = "backbone",
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit.")] = None,
    root: Root = HERE,
) -> None:
    """Fetch a model into inputs/: weights for the backbone to start from, or a sentence encoder."""
    from reprise.hub import Use, fetch_weights

    try:
        use = Use(of)
    except ValueError:
        raise typer.BadParameter(
            f"'{of}' is none of {', '.join(use.value for use in Use)}", param_hint="--of"
        ) from None
    what = "pretrain starts from it now" if use == Use.backbone else f"use it with lyrics.model: {name}"
    print(f"{name} is in {fetch_weights(name, use, root, revision)}: {what}")


def main() -> None:
    """Run a command and end as `reprise.exits` says."""
    sys.exit(exits.end(app))


if __name__ == "__main__":
    main()
