"""``docs/messages.md``: every message that a user can get, read from the syntax tree, so that none can be forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

GAP = "…"
"""Stands for what differs from case to case."""

BASE = "RepriseError"
AUDIO = "UnreadableAudio"
"""Its first argument is the reason, its second the message."""
REJECT = "Reject"
"""A row of ``rejects.parquet``: source, reason, detail."""

HEAD = """# Messages

Every message of an error that you can cause, with `…` for what differs from case to case. Made from the source by `python -m reprise.pages --write`; a test fails when
it is stale. A message says what is wrong, where, the rule, and what to do; [troubleshooting](troubleshooting.md) says more about each family. Errors are
printed in one line; `reprise --debug …` or `REPRISE_DEBUG=1` shows the trace.

"""

REJECTS = """## Reasons in `rejects.parquet`

One unusable track does not end a run: it becomes a row with one of these reasons and the detail, and is counted in the metrics.
"""


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes
    ----------
    kind
        Class of the error, or `REJECT`.
    text
        With `GAP` for what varies.
    reason
        The one word of an unusable file; empty for other errors.
    where
        Path below ``src/reprise``.
    """

    kind: str
    text: str
    reason: str
    where: str

    @property
    def area(self) -> str:
        """The folder, or ``core`` for the modules at the top."""
        return self.where.rpartition("/")[0].split("/")[0] or "core"


Trees = dict[str, ast.Module]
"""The modules of the package, parsed, by their paths below it."""


def parsed(package: Path) -> Trees:
    """Parse all modules of ``src/reprise``."""
    paths = sorted(package.rglob("*.py"))
    return {
        path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths
    }


def error_classes(trees: Trees) -> dict[str, str]:
    """Return the classes of errors, each with the first line of its docstring."""
    found: dict[str, str] = {}
    definitions = [node for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef)]
    for _ in definitions:  # until nothing is added: a class may stand before its base
        before = len(found)
        for node in definitions:
            bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
            if node.name == BASE or bases & found.keys():
                found[node.name] = (ast.get_docstring(node) or "").splitlines()[0]
        if len(found) == before:
            break
    return found


def messages(trees: Trees) -> list[Message]:
    """Return all messages, by file and line, each once."""
    kinds = {*error_classes(trees), REJECT}
    found: dict[Message, None] = {}
    for where, tree in trees.items():
        strings = _Strings(tree)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            kind = ast.unparse(call.func).split(".")[-1]
            if kind in kinds and call.args:
                found |= dict.fromkeys(_of_call(kind, call, strings, where))
    return list(found)


def page(package: Path) -> str:
    """Return the page of ``src/reprise``."""
    trees = parsed(package)
    classes, found = error_classes(trees), messages(trees)
    errors = [message for message in found if not message.reason]
    parts = [HEAD, "| kind | meaning |\n|---|---|\n"]
    parts += [f"| `{name}` | {_cell(meaning)} |\n" for name, meaning in sorted(classes.items())]
    for area in sorted({message.area for message in errors}):
        parts.append(f"\n## {area}\n\n| message | kind | file |\n|---|---|---|\n")
        chosen = [message for message in errors if message.area == area]
        parts += [f"| {_cell(m.text)} | `{m.kind}` | `{m.where}` |\n" for m in chosen]
    parts.append(f"\n{REJECTS}\n| reason | details |\n|---|---|\n")
    for reason in sorted({message.reason for message in found if message.reason}):
        details = sorted({message.text for message in found if message.reason == reason})
        parts.append(f"| `{reason}` | {_cell('; '.join(details))} |\n")
    return "".join(parts)


class _Strings:
    """What the expressions of a module say, as far as its text tells."""

    def __init__(self, tree: ast.Module) -> None:
        self.constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}

    def of(self, node: ast.expr) -> list[str]:
        """Return the texts that an expression may be; one gap if that cannot be told."""
        match node:
            case ast.Constant(value=str() as text):
                return [text]
            case ast.JoinedStr(values=values):
                return ["".join(parts) for parts in product(*(self.of(value) for value in values))]
            case ast.FormattedValue(value=inner) if not isinstance(inner, ast.Constant):
                return self.of(inner)
            case ast.Name(id=name) if name in self.constants:
                return [self.constants[name]]
            case ast.IfExp(body=body, orelse=other):
                return [*self.of(body), *self.of(other)]
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return [one + other for one in self.of(left) for other in self.of(right)]
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                returned = [
                    node.value for node in ast.walk(self.functions[name]) if isinstance(node, ast.Return)
                ]
                return [text for value in returned if value for text in self.of(value)]
        return [GAP]


def _of_call(kind: str, call: ast.Call, strings: _Strings, where: str) -> Iterator[Message]:
    """Yield the messages of one place that makes an error; what is only passed on has none of its own."""
    arguments = call.args[1:] if kind == REJECT else call.args
    reasons = [""]
    if kind in (AUDIO, REJECT):
        if len(arguments) < 2:
            return
        reasons = [reason for reason in strings.of(arguments[0]) if reason != GAP]
        arguments = arguments[1:]
    for reason in reasons:
        for text in strings.of(arguments[0]):
            if text.strip(f"{GAP}: ") or reason:
                yield Message(kind, " ".join(text.split()), reason, where)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("<", "&lt;")
