"""The part of a hand-written page that a command makes: between two HTML comments."""

from __future__ import annotations


def begin(name: str) -> str:
    """Return the comment above the part."""
    return f"<!-- {name}: made by `python -m reprise.pages --write` -->"


def end(name: str) -> str:
    """Return the comment below the part."""
    return f"<!-- /{name} -->"


def filled(text: str, name: str, part: str) -> str:
    """Return the page with one part made anew.

    Parameters
    ----------
    text
        The page.
    name
        Name of the part.
    part
        What belongs between its marks.

    Raises
    ------
    ValueError
        If the page lacks the marks.
    """
    head, first, rest = text.partition(begin(name))
    _, last, tail = rest.partition(end(name))
    if not first or not last:
        raise ValueError(f"the page lacks the marks {begin(name)} and {end(name)}")
    return f"{head}{first}\n\n{part}\n\n{last}{tail}"
