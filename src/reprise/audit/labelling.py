"""A label of the tracks, and permutations of it that keep an artist's tracks together.

Tracks of one artist sound alike and share their label, so permuting tracks one by one finds 'leaks' where there is only an artist (60 false alarms
in 60 clean worlds); permuting the labels between artists as blocks does not.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput

Codes = NDArray[np.int64]
Strings = NDArray[np.str_]


@dataclass(frozen=True)
class Labelling:
    """One label of all tracks that have it.

    Attributes
    ----------
    name
        ``genre`` or ``language``.
    ids
        Shape (n,): tracks that have the label, in ascending order.
    codes
        Shape (n,): number of the class.
    classes
        Names of the classes.
    blocks
        Shape (n,): number of the artist, split by class where an artist has several.
    """

    name: str
    ids: Strings
    codes: Codes
    classes: tuple[str, ...]
    blocks: Codes

    @classmethod
    def build(cls, name: str, ids: Strings, values: Strings, artists: Strings) -> Labelling:
        """Build from tracks, their labels and their artists, each of shape (n,)."""
        if not len(ids) == len(values) == len(artists):
            raise BadInput(f"{name}: {len(ids)} tracks, {len(values)} labels, {len(artists)} artists")
        order = np.argsort(ids)
        classes, codes = np.unique(values[order], return_inverse=True)
        pairs = np.char.add(np.char.add(artists[order], "\n"), values[order])
        blocks = np.unique(pairs, return_inverse=True)[1]
        return cls(
            name, ids[order], codes.astype(np.int64), tuple(map(str, classes)), blocks.astype(np.int64)
        )

    def permutations(self, count: int, rng: np.random.Generator) -> Codes:
        """Return labels permuted between artists, shape (count, n)."""
        blocks = int(self.blocks.max()) + 1
        of_block = np.zeros(blocks, dtype=np.int64)
        of_block[self.blocks] = self.codes
        shuffled = rng.permuted(np.tile(of_block, (count, 1)), axis=1)
        return shuffled[:, self.blocks]

    def exchanged(self, count: int, rng: np.random.Generator) -> Codes:
        """Return labels permuted one by one, shape (count, n): for what was drawn for each row on its own, such as a hash.

        Unlike `permutations`, every class keeps its size, on which the mutual information of few rows depends.
        """
        return rng.permuted(np.tile(self.codes, (count, 1)), axis=1)

    def at(self, ids: Strings) -> tuple[Codes, Codes]:
        """Return rows of ``ids`` that have the label, and their positions here."""
        position = {track: number for number, track in enumerate(self.ids)}
        rows = np.array([row for row, track in enumerate(ids) if track in position], dtype=np.int64)
        return rows, np.array([position[track] for track in ids[rows]], dtype=np.int64)


@dataclass(frozen=True)
class Plan:
    """How permutation tests are made.

    Attributes
    ----------
    permutations
        Number of permutations; the smallest p is 1 / (permutations + 1).
    seed
        Every check derives its own generator, so none depends on which others run.
    """

    permutations: int
    seed: int

    def generator(self, *names: str) -> np.random.Generator:
        """Return the generator of a check."""
        return np.random.default_rng([self.seed, zlib.crc32("/".join(names).encode())])


def p_value(observed: float, null: NDArray[np.float64]) -> float:
    """Return the exact one-sided p: the share of permutations, the identity among them, that reach the observed value."""
    return float((1 + np.count_nonzero(null >= observed - 1e-12)) / (1 + len(null)))
