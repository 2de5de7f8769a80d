"""Small mistakes planted in the code of a module, one at a time: each is a mutant that a test should notice.

What is changed: numbers, arithmetic, comparisons, conditions, signs, truth values, reductions (a mean for a sum, a minimum for a maximum), and statements
that are left out. What is not: texts, annotations, messages of errors, decorators, and what is imported for types alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.USub: ast.UAdd,
}

OPPOSITE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
}
"""A comparison is also turned round: off by one and upside down are two mistakes."""

RENAMED = {
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "argmin": "argmax",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
    "exp": "log1p",
}
"""Functions and methods that are easily taken for one another."""

SYMBOL = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "BitAnd": "&", "BitOr": "|",
    "And": "and", "Or": "or", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "In": "in",
    "NotIn": "not in", "Is": "is", "IsNot": "is not", "USub": "-", "UAdd": "+",
}  # fmt: skip

Change = Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """One planted mistake.

    Attributes
    ----------
    line
        Where.
    what
        In words, such as ``- for +``.
    code
        The whole module with the mistake, parsed.
    lines
        Those of its statement, without statements inside it.
    """

    line: int
    what: str
    code: ast.Module
    lines: frozenset[int]


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its text.

    Parameters
    ----------
    source
        The module's text.
    """
    statements = _statements(ast.parse(source))
    places = [
        (place, variant)
        for place, node in enumerate(_nodes(ast.parse(source)))
        for variant, _ in enumerate(_changes(node))
    ]
    for place, variant in places:
        tree = ast.parse(source)
        node = next(found for number, found in enumerate(_nodes(tree)) if number == place)
        what, change = _changes(node)[variant]
        line = getattr(node, "lineno", 0)
        change()
        yield Mutant(line, what, ast.fix_missing_locations(tree), statements.get(line, frozenset({line})))


def _statements(tree: ast.Module) -> dict[int, frozenset[int]]:
    """Return for each line the lines of the innermost statement that holds it, less those of statements inside that one."""
    innermost: dict[int, ast.stmt] = {}
    for node in ast.walk(tree):  # parents before children
        if isinstance(node, ast.stmt):
            innermost.update(dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node))
    lines: dict[ast.stmt, set[int]] = {}
    for line, statement in innermost.items():
        lines.setdefault(statement, set()).add(line)
    return {line: frozenset(lines[statement]) for line, statement in innermost.items()}


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Walk over what may be changed, parents before children."""
    yield node
    if isinstance(node, ast.Raise) or _is_for_types(node):
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text(child):
                yield from _nodes(child)


def _changes(node: ast.AST) -> list[tuple[str, Change]]:
    """Return the mistakes that can be made at a node: what each is, and a function that makes it in place."""
    match node:
        case ast.Constant(value=bool() as value):
            return [(f"{not value} for {value}", lambda: setattr(node, "value", not value))]
        case ast.Constant(value=int() | float() as number):
            return [(f"{number + 1} for {number}", lambda: setattr(node, "value", number + 1))]
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.UnaryOp(op=op) | ast.AugAssign(op=op) if (
            type(op) in SWAPPED
        ):
            return [_swap(node, "op", op, SWAPPED)]
        case ast.UnaryOp(op=ast.Not() | ast.Invert() as op, operand=operand):
            return [("negation left out", lambda: setattr(node, "operand", ast.UnaryOp(op, operand)))]
        case ast.Compare(ops=[op]):
            return [
                (what, _in_list(node, type_(), "ops"))
                for table in (SWAPPED, OPPOSITE)
                if type(op) in table
                for type_ in [table[type(op)]]
                for what in [f"{_name(type_)} for {_name(type(op))}"]
            ]
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if not _is_for_types(node):
            return [("condition negated", lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), test)))]
        case ast.Call(func=ast.Name(id=name) as func) if name in RENAMED and hasattr(
            __builtins__, RENAMED[name]
        ):
            return [(f"{RENAMED[name]} for {name}", lambda: setattr(func, "id", RENAMED[name]))]
        case ast.Call(func=ast.Attribute(attr=name) as func) if name in RENAMED:
            return [(f"{RENAMED[name]} for {name}", lambda: setattr(func, "attr", RENAMED[name]))]
        case ast.Expr(value=ast.Call()):
            return [("call left out", lambda: setattr(node, "value", ast.Constant(None)))]
        case ast.Raise():
            return [("error left out", lambda: _forget(node))]
    return []


def _swap(
    node: ast.AST, field: str, op: ast.AST, table: dict[type[ast.AST], type[ast.AST]]
) -> tuple[str, Change]:
    other = table[type(op)]
    return f"{_name(other)} for {_name(type(op))}", lambda: setattr(node, field, other())


def _in_list(node: ast.AST, value: ast.AST, field: str) -> Change:
    return lambda: setattr(node, field, [value])


def _forget(node: ast.Raise) -> None:
    """Turn ``raise error`` into a statement that makes the error and drops it."""
    node.__class__ = ast.Expr  # type: ignore[assignment]
    node.value = ast.Constant(None)  # type: ignore[attr-defined]


def _name(kind: type[ast.AST]) -> str:
    return SYMBOL[kind.__name__]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
