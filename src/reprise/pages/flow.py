"""The graph of the stages as a Mermaid diagram, without the arrows that follow from others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprise.pages.pipeline import StagePage, sources

START = "params"
"""Checks ``params.yaml``; everything hangs on it, so it is left out."""

PARTS = {
    "data": ("download", "features", "lyrics", "split", "labels", "placebo"),
    "representations": ("train", "train_conditional", "cluster", "evaluate", "prove", "compare", "audit"),
    "labels and mood": ("relabel", "pretrain", "finetune", "transfer", "lookup"),
    "songs": ("regress",),
}
"""Where the stages stand in the picture; a stage that is named nowhere stands beside them."""


def diagram(stages: list[StagePage], values: Mapping[str, Any]) -> str:
    """Return the diagram.

    Parameters
    ----------
    stages
        The pipeline, in order.
    values
        ``params.yaml``.
    """
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(stage.name for stage in stages if stage.name != START)
    for name, above in sources(stages, values).items():
        graph.add_edges_from((source, name) for source in sorted(above - {START}) if name != START)
    reduced = nx.transitive_reduction(graph)
    order = [stage.name for stage in stages if stage.name != START]
    times = {stage.name: len(stage.instances) for stage in stages}
    lines = ["```mermaid", "flowchart LR"]
    for part, members in PARTS.items():
        lines.append(f'  subgraph "{part}"')
        lines += [f'    {name}["{_title(name, times[name])}"]' for name in order if name in members]
        lines.append("  end")
    lines += [
        f"  {source} --> {target}"
        for source in order
        for target in sorted(reduced.successors(source), key=order.index)
    ]
    return "\n".join([*lines, "```"])


def _title(name: str, instances: int) -> str:
    return f"{name} × {instances}" if instances else name
