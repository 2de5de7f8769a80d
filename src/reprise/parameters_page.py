"""Write ``docs/parameters.md`` from the schema, the values and the comments of ``params.yaml``.

``python -m reprise.parameters_page`` exits with 1 if the page is stale; with ``--write`` it makes it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

PAGE = Path("docs/parameters.md")
HEAD = """# Parameters

Every key of `params.yaml`, its rule and its default. Made by `python -m reprise.parameters_page --write`; a test fails when it is stale. Change a value
in the file, or for one run with `dvc exp run -S key=value`; a key or value that breaks its rule stops the pipeline within two seconds, in one line.

| key | rule | default | meaning |
|---|---|---|---|
"""


def page(text: str) -> str:
    """Return the page for the text of ``params.yaml``."""
    from reprise.schema import Params

    schema = Params.model_json_schema()
    rows = []
    for key, value, comment in _entries(text):
        rule = _rule(_node(schema, key.split(".")))
        rows.append(f"| `{key}` | {rule} | {value} | {comment.replace(chr(124), chr(92) + chr(124))} |")
    return HEAD + "\n".join(rows) + "\n"


def _entries(text: str) -> list[tuple[str, str, str]]:
    """Leaf keys in file order with their values and trailing comments; the items of a list are joined."""
    stack: list[tuple[int, str]] = []
    entries: list[list[str]] = []
    for line in text.splitlines():
        item = re.match(r"^ *- ([^#]+?)(?: +#.*)?$", line)
        pair = re.match(r"^( *)([\w-]+):(?: +([^#]*?))?(?: *# *(.*))?$", line)
        if item:
            entries[-1][1] = f"{entries[-1][1]}, {item[1]}".removeprefix(", ")
        elif pair:
            depth = len(pair[1])
            stack = [entry for entry in stack if entry[0] < depth] + [(depth, pair[2])]
            entries.append([".".join(name for _, name in stack), pair[3] or "", pair[4] or ""])
    keys = [entry[0] for entry in entries]
    return [(k, v, c) for k, v, c in entries if not any(other.startswith(k + ".") for other in keys)]


def _node(schema: dict[str, Any], path: list[str]) -> dict[str, Any]:
    node = schema
    for part in path:
        node = _resolved(schema, node)
        node = (
            node["properties"][part] if part in node.get("properties", {}) else node["additionalProperties"]
        )
    return _resolved(schema, node)


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    node = options[0] if options else node
    if "$ref" in node:
        definition: dict[str, Any] = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        return definition
    return node


def _rule(node: dict[str, Any]) -> str:
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    if "const" in node:
        return f"always {node['const']}"
    if node.get("type") == "array":
        return "list of: " + _rule(node["items"])
    words = [{"integer": "integer", "number": "number", "string": "text"}.get(str(node.get("type")), "")]
    signs = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "exclusiveMaximum": "<",
        "multipleOf": "a multiple of",
    }
    words += [f"{sign} {node[name]}" for name, sign in signs.items() if name in node]
    return " ".join(words)


def main() -> None:
    """Compare, or write."""
    new = page(Path("params.yaml").read_text(encoding="utf-8"))
    if "--write" in sys.argv[1:]:
        PAGE.write_text(new, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != new:
        sys.exit(f"{PAGE} is stale: run python -m reprise.parameters_page --write")


if __name__ == "__main__":
    main()
