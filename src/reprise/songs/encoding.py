"""Numbers for the network and the ridge baselines: everything that is fitted is fitted on the training part alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprise.songs.experts import Contributions, Expert, contributions, fit_experts
from reprise.songs.source import Flags, Floats, Songs, Strings
from reprise.songs.words import Vocabulary

GENRES = ("country", "jazz", "blues", "hip hop", "pop", "reggae", "rock")
"""The seven genres of the Music Dataset 1950-2019, in the order of the design; any other genre counts as unknown."""

MODALITIES = ("lyrics", "audio", "metadata")


@dataclass(frozen=True)
class Scaler:
    """Per-column standardisation, ``(x - mean) / scale``; a constant column becomes 0.

    Attributes
    ----------
    mean, scale
        Shape (columns,).
    """

    mean: Floats
    scale: Floats

    @classmethod
    def fit(cls, values: Floats) -> Scaler:
        """Return the scaler of the rows of ``values``; the identity where there is no row."""
        if len(values) == 0:
            return cls(np.zeros(values.shape[1]), np.ones(values.shape[1]))
        deviation = values.std(axis=0)
        return cls(values.mean(axis=0), np.where(deviation > 1e-12, deviation, 1.0))

    def apply(self, values: Floats) -> Floats:
        """Standardise."""
        return (values - self.mean) / self.scale

    def undo(self, values: Floats) -> Floats:
        """Return to the units of the table."""
        return values * self.scale + self.mean


@dataclass(frozen=True)
class Encoder:
    """What turns songs into numbers.

    Attributes
    ----------
    lyrics, audio
        Standardisation of the two dense modalities.
    first_year, last_year
        Range of the release years of the training songs, mapped to [0, 1].
    vocabulary
        Words whose shares are counted.
    experts
        Linear regressions by view; see `reprise.songs.experts`.
    """

    lyrics: Scaler
    audio: Scaler
    first_year: float
    last_year: float
    vocabulary: Vocabulary
    experts: dict[str, Expert]

    @classmethod
    def fit(
        cls, songs: Songs, train: NDArray[np.intp], targets: Floats, max_words: int
    ) -> tuple[Encoder, Encoded]:
        """Fit on the given rows.

        Parameters
        ----------
        songs
            All songs.
        train
            Rows to fit on.
        targets
            Shape (len(train), targets), standardised.
        max_words
            Size of the vocabulary, at most.

        Returns
        -------
        encoder
            For any songs.
        training
            The training songs, for the network to learn from: what the experts say of a song is said without having seen its group, as it
            will be of new songs.
        """
        years = songs.year[train]
        years = years[np.isfinite(years)]
        bare = cls(
            lyrics=Scaler.fit(songs.lyrics[train][songs.has_lyrics[train]]),
            audio=Scaler.fit(songs.audio[train][songs.has_audio[train]]),
            first_year=float(years.min()) if len(years) else 0.0,
            last_year=float(years.max()) if len(years) else 1.0,
            vocabulary=Vocabulary.fit(songs.text[train], max_words),
            experts={},
        )
        part = songs.rows(train)
        tables, present = bare.views(part)
        flags = {name: present[:, column] for column, name in enumerate(MODALITIES)}
        experts, held_out = fit_experts(tables, flags, targets, part.group)
        return replace(bare, experts=experts), encoded(tables, present, held_out)

    def apply(self, songs: Songs) -> Encoded:
        """Encode songs.

        Returns
        -------
        Encoded
            Values of a missing modality are 0 and flagged absent: the network puts a learned token in their place,
            the ridge baselines an indicator column.
        """
        tables, present = self.views(songs)
        return encoded(tables, present, contributions(self.experts, tables))

    def views(self, songs: Songs) -> tuple[dict[str, Floats], Flags]:
        """Return the inputs of each expert, and which songs have which modality, shape (n, 3)."""
        metadata, has_metadata = self._metadata(songs.genre, songs.year)
        tables = {
            "words": self.vocabulary.shares(songs.text),
            "rare_words": self.vocabulary.weighed(songs.text),
            "sentences": _filled(self.lyrics.apply(songs.lyrics), songs.has_lyrics),
            "audio": _filled(self.audio.apply(songs.audio), songs.has_audio),
            "metadata": metadata,
        }
        return tables, np.stack([songs.has_lyrics, songs.has_audio, has_metadata], axis=1)

    def _metadata(self, genre: Strings, year: Floats) -> tuple[Floats, Flags]:
        """One-hot genre with a column for unknown, scaled year, and whether the year is known: ten columns."""
        number = {name: column for column, name in enumerate(GENRES)}
        column = np.array([number.get(canonical_genre(name), len(GENRES)) for name in genre], dtype=np.intp)
        one_hot = np.eye(len(GENRES) + 1)[column]
        dated = np.isfinite(year)
        span = max(self.last_year - self.first_year, 1.0)
        scaled = _filled(((year - self.first_year) / span)[:, None], dated)
        values = np.concatenate([one_hot, scaled, dated[:, None]], axis=1)
        return values, dated | (column < len(GENRES))


@dataclass(frozen=True)
class Encoded:
    """Encoded songs.

    Attributes
    ----------
    values
        For each of `MODALITIES` an array of shape (n, columns).
    linear
        For each of `MODALITIES` what its linear experts add to the standardised predictions, shape (n, targets).
    present
        Shape (n, 3): whether a song has the modality, in the order of `MODALITIES`.
    """

    values: dict[str, Floats]
    linear: Contributions
    present: Flags

    def rows(self, rows: NDArray[np.intp]) -> Encoded:
        """Return some of the songs."""
        return Encoded(
            {name: values[rows] for name, values in self.values.items()},
            {name: values[rows] for name, values in self.linear.items()},
            self.present[rows],
        )

    def without(self, *hidden: str) -> Encoded:
        """Return the songs with some modalities hidden: flagged absent, as if they had never been known."""
        keep = np.array([name not in hidden for name in MODALITIES])
        return replace(self, present=self.present & keep)

    def stacked(self) -> Floats:
        """Return what all experts together predict, standardised: shape (n, targets)."""
        total: Floats = sum(
            (self.linear[name] * self.present[:, [column]] for column, name in enumerate(MODALITIES)),
            start=np.zeros_like(self.linear[MODALITIES[0]]),
        )
        return total

    def table(self, modalities: tuple[str, ...]) -> Floats:
        """Return the modalities side by side with an indicator column each, shape (n, columns): input of the ridges."""
        columns = [self.values[name] for name in modalities]
        flags = [self.present[:, [MODALITIES.index(name)]].astype(np.float64) for name in modalities]
        return np.concatenate([*columns, *flags], axis=1)


def encoded(tables: dict[str, Floats], present: Flags, linear: Contributions) -> Encoded:
    """Return the songs as the network sees them, of what `Encoder.views` returns and the experts' contributions."""
    values = {"lyrics": tables["sentences"], "audio": tables["audio"], "metadata": tables["metadata"]}
    return Encoded(values, linear, present)


def canonical_genre(name: str) -> str:
    """Return the spelling of `GENRES`: lower case, ``hiphop`` and ``hip-hop`` as ``hip hop``."""
    plain = " ".join(name.lower().replace("-", " ").replace("_", " ").split())
    return "hip hop" if plain == "hiphop" else plain


def _filled(values: Floats, present: Flags) -> Floats:
    return np.where(present[:, None], values, 0.0)
