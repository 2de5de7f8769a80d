"""``docs/stages.md``: what every stage reads, writes and is told, from ``dvc.yaml``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reprise.pages.flow import diagram
from reprise.pages.pipeline import StagePage, sources, stages_of

HEAD = """# Stages

What every stage reads, writes and is told. Made from `dvc.yaml` by `python -m reprise.pages --write`; a test fails when it is stale. A stage can open what stands
here and nothing else ([architecture](architecture.md)); [artefacts](artefacts.md) says what is in each file, [parameters](parameters.md) what each parameter means.

`<role>` and `<model>` stand for the instances of a stage, which `dvc repro` runs by name: `dvc repro features@tracks`. *Secret* says what an out carries that a
stage which promises to be free of it can never be made from; `python -m reprise.taint` proves the promises.
"""


def page(pipeline: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    pipeline
        Parsed ``dvc.yaml``.
    values
        Parsed ``params.yaml``.
    """
    stages = stages_of(pipeline)
    above = sources(stages, values)
    parts = [HEAD, diagram(stages, values)]
    for stage in stages:
        readers = [other.name for other in stages if stage.name in above[other.name]]
        parts.append("\n".join(_section(stage, _in_order(stages, above[stage.name]), readers)))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _section(stage: StagePage, above: list[str], below: list[str]) -> Iterator[str]:
    yield f"## {stage.name}\n"
    yield f"{stage.summary[:1].upper()}{stage.summary[1:]}.\n"
    if stage.instances:
        yield f"- **instances** {', '.join(f'`{name}`' for name in stage.instances)}"
    yield f"- **command** `{stage.command}`"
    yield f"- **reads** {_listed(stage.reads) or 'no data'}{_linked(' (from {})', above)}"
    yield f"- **parameters** {', '.join(_parameter(name) for name in stage.params) or 'none'}"
    yield f"- **code** {_code(stage)}"
    if stage.free_of:
        yield f"- **promises** to be free of {', '.join(stage.free_of)}"
    if stage.declassifies:
        yield "- **trusted** to keep the secrets it reads from the outs on which they are not named"
    yield f"- **read by** {_linked('{}', below) or 'people'}\n"
    yield "| writes | as | secret |\n|---|---|---|"
    for out in stage.outs:
        yield f"| `{out.path}` | {out.kind} | {', '.join(out.labels) or '–'} |"


def _in_order(stages: list[StagePage], names: set[str]) -> list[str]:
    return [stage.name for stage in stages if stage.name in names]


def _listed(paths: tuple[str, ...]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


def _linked(text: str, names: list[str]) -> str:
    return text.format(", ".join(f"[{name}](#{name})" for name in names)) if names else ""


def _parameter(name: str) -> str:
    return "all of `params.yaml`" if name == "params.yaml" else f"`{name}`"


def _code(stage: StagePage) -> str:
    """Return the folders of the code and how many files of each: the whole list is in ``dvc.yaml``."""
    script, *rest = [path for path in stage.code if path.startswith("stages/")]
    assert not rest
    folders = Counter(
        Path(path).parent.name if path.count("/") > 2 else Path(path).name
        for path in stage.code
        if path != script
    )
    return f"`{script}`, " + ", ".join(
        f"`{name}`" if name.endswith(".py") else f"`{name}/` ({count})"
        for name, count in sorted(folders.items())
    )


def written(root: Path) -> str:
    """Return the page of the project in a folder."""
    from reprise.confine.view import read_yaml

    return page(read_yaml(root / "dvc.yaml"), read_yaml(root / "params.yaml"))
