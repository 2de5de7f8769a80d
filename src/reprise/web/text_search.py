"""Search of tracks by words: beginnings of words of title, artist, tags, label, genre and language, without accents and case."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from reprise.web.catalogue import Catalogue

Rows = NDArray[np.int64]
FIELDS = ("artist", "label", "genre", "language")
END = "\n"
MOST_WORDS = 8
APART = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return the text in lower case, without accents, everything but letters and digits as single spaces."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return APART.sub(" ", text.casefold()).strip()


class TextSearch:
    """Searchable text of all tracks: one string, one line a track, each word after a space; a word is found by a scan of it.

    Parameters
    ----------
    catalogue
        The tracks.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        folded = {name: [fold(value) for value in catalogue.categories[name].names] for name in FIELDS}
        codes = {name: catalogue.categories[name].codes.tolist() for name in FIELDS}
        tags = [fold(name) for name in catalogue.tags.names]
        starts, codes_of_tags = catalogue.tags.starts.tolist(), catalogue.tags.codes.tolist()
        lines, titles = [], []
        for row, title in enumerate(catalogue.titles):
            words = [fold(title)]
            titles.append(len(words[0]))
            words += [folded[name][codes[name][row]] for name in FIELDS if codes[name][row] >= 0]
            words += [tags[code] for code in codes_of_tags[starts[row] : starts[row + 1]]]
            lines.append(f" {' '.join(words)} ")
        self.text = END.join(lines)
        self.starts = np.cumsum([0, *(len(line) + 1 for line in lines)])[:-1]
        self.titles = np.array(titles, dtype=np.int32)
        self.row = catalogue.row

    def search(self, query: str) -> Rows:
        """Return the rows that have all words of a query (or that id), best first: words of the title before others, then by order of id."""
        row = self.row(query.strip().lower())
        if row is not None:
            return np.array([row], dtype=np.int64)
        words = fold(query).split()[:MOST_WORDS]
        if not words:
            return np.empty(0, np.int64)
        best: NDArray[np.float64] | None = None
        for word in words:
            score = self._score(word)
            best = score if best is None else np.where((best > 0) & (score > 0), best + score, 0.0)
        assert best is not None
        rows = np.flatnonzero(best > 0)
        return rows[np.argsort(-best[rows], kind="stable")].astype(np.int64)

    def _score(self, word: str) -> NDArray[np.float64]:
        """Return 0 for rows without the word, more for a whole word than for a beginning, and more in the title."""
        score = np.zeros(len(self.starts))
        for pattern, worth in ((f" {word}", 1.0), (f" {word} ", 2.0)):
            found = np.fromiter((hit.start() for hit in re.finditer(re.escape(pattern), self.text)), np.int64)
            rows = np.searchsorted(self.starts, found, side="right") - 1
            score[rows] = np.maximum(score[rows], worth)
            inside = found - self.starts[rows] < self.titles[rows]
            score[rows[inside]] = np.maximum(score[rows[inside]], worth + 2.0)
        return score
