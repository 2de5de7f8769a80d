"""Lyrics as counted words, in two ways: what a topic model sees, and what a sentence embedding blurs.

A topic model (LDA; Blei, Ng & Jordan 2003) explains how often each word stands in a text, whatever the order: where stop words are
gone, the share of a topic is close to linear in the shares of the words. Where they are not, they fill the shares, and TF-IDF (Spärck
Jones 1972; logarithmic counts as in Salton & Buckley 1988), which weighs rare words up, says more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reprise.songs.source import Floats, Strings

WORD = re.compile(r"[^\W\d_]{2,}")
FEWEST_TEXTS = 2
"""A word that stands in fewer training texts can teach nothing."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that are counted.

    Attributes
    ----------
    words
        In alphabetical order.
    rarity
        Shape (words,): log of (1 + training texts) / (1 + those with the word), plus 1.
    """

    words: tuple[str, ...]
    rarity: Floats

    @classmethod
    def fit(cls, texts: Iterable[str], most: int) -> Vocabulary:
        """Take the words of the training lyrics that stand in most texts.

        Parameters
        ----------
        texts
            Lyrics of the training songs.
        most
            Size of the vocabulary, at most. Of words in equally many texts the alphabetically first are taken.
        """
        each = [set(split(text)) for text in texts]
        texts_with = Counter(word for words in each for word in words)
        often = [(-count, word) for word, count in texts_with.items() if count >= FEWEST_TEXTS]
        words = tuple(sorted(word for _, word in sorted(often)[:most]))
        counts = np.array([texts_with[word] for word in words], dtype=np.float64)
        return cls(words, np.log((1 + len(each)) / (1 + counts)) + 1)

    def shares(self, texts: Strings) -> Floats:
        """Return the share of each word among the counted words of each text, shape (texts, words); rows sum to 1 or are 0."""
        found = self.counts(texts)
        shares: Floats = found / np.maximum(found.sum(axis=1, keepdims=True), 1.0)
        return shares

    def weighed(self, texts: Strings) -> Floats:
        """Return TF-IDF of each text, (1 + log count) x rarity, shape (texts, words); rows have length 1 or 0."""
        found = self.counts(texts)
        found = np.where(found > 0, 1 + np.log(np.maximum(found, 1.0)), 0.0) * self.rarity
        length = np.linalg.norm(found, axis=1, keepdims=True)
        weighed: Floats = found / np.where(length > 0, length, 1.0)
        return weighed

    def counts(self, texts: Strings) -> Floats:
        """Return how often each word stands in each text, shape (texts, words)."""
        column = {word: number for number, word in enumerate(self.words)}
        found = np.zeros((len(texts), len(self.words)))
        for row, text in enumerate(texts):
            for word, count in Counter(split(str(text))).items():
                if word in column:
                    found[row, column[word]] = count
        return found


def split(text: str) -> list[str]:
    """Return the words of a text in lower case: two letters or more, of any alphabet."""
    return WORD.findall(text.lower())
