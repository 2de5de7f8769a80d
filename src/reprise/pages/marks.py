"""The part of a hand-written page that a command makes: between two HTML comments."""

from __future__ import annotations


def begin(name: str) -> str:
    """Return the comment above the part."""
    return f"<!-- {name}: made by `python -m reprise.pages --write` -->"


def end(name: str) -> str:
    """Return the comment below the part."""
    return f"<!-- /{name} -->"


def between(text: str, begin: str, new: str, end: str) -> str:
    """Return a text with what stands between two marks replaced.

    Raises
    ------
    ValueError
        If it lacks one of the marks.
    """
    head, first, rest = text.partition(begin)
    _, last, tail = rest.partition(end)
    if not first or not last:
        raise ValueError(f"the page lacks the marks {begin} and {end}")
    return f"{head}{begin}\n\n{new}\n\n{end}{tail}"


def filled(text: str, name: str, part: str) -> str:
    """Return the page with the part of that name made anew; errors are those of `between`."""
    return between(text, begin(name), part, end(name))
