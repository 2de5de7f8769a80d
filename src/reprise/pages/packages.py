"""Which folder of the library uses which, from the imports, as a Mermaid diagram."""

from __future__ import annotations

import ast
from pathlib import Path

COMMON = frozenset({"errors", "tables", "params", "stage", "progress", "schema"})
"""Modules that nearly everything uses: they would hide the picture."""


def uses(package: Path) -> dict[str, set[str]]:
    """Return the folders that each folder imports from, itself and single modules left out.

    Parameters
    ----------
    package
        ``src/reprise``.
    """
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    found: dict[str, set[str]] = {folder: set() for folder in sorted(folders)}
    for path in sorted(package.rglob("*.py")):
        folder = path.relative_to(package).parts[0]
        if folder in folders:
            found[folder] |= _imported(path, package.name) & folders - {folder}
    return found


def diagram(package: Path) -> str:
    """Return the diagram: an arrow from a folder to one that it uses; those that follow from others are left out."""
    import networkx as nx

    graph = nx.DiGraph()
    for folder, used in uses(package).items():
        graph.add_edges_from((folder, other) for other in sorted(used))
    whole = nx.condensation(graph)  # folders that use each other are one node
    names = {node: " · ".join(sorted(members)) for node, members in whole.nodes(data="members")}
    reduced = nx.transitive_reduction(whole)
    lines = ["```mermaid", "flowchart LR"]
    lines += sorted(f'  {_key(names[node])}["{names[node]}"]' for node in reduced.nodes)
    lines += sorted(f"  {_key(names[a])} --> {_key(names[b])}" for a, b in reduced.edges)
    return "\n".join([*lines, "```"])


def _imported(path: Path, package: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {module.split(".")[1] for module in modules if module.startswith(f"{package}.")}
    return found - COMMON


def _key(name: str) -> str:
    return name.replace(" · ", "_")
