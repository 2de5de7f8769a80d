"""What a list of tracks can be limited to, sorted by, and paged with: the query parameters and what they select."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from reprise.web.catalogue import CATEGORIES, NUMBERS, Catalogue

Mask = NDArray[np.bool_]
LARGEST_PAGE = 200
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[list[Word], Field(max_length=50)]
Bound = Annotated[float, Field(ge=-1e9, le=1e9)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
WORDS_OF = "words (or their beginnings) of title, artist, tags, label, genre, language; or an id"
CLUSTERS = "cluster of the latents (K-Means, as in the lookup table)"
LOOKED_UP = "true: only tracks of the lookup table, whose label and mood are predicted"
UNCERTAINTY = "entropy of the label's probabilities over its largest possible value"

SORTABLE = ("track_id", "title", *CATEGORIES, *(one for one in NUMBERS if one != "entropy"))
ORDER = "column, with - for falling order; missing values come last. Without it: best match first if q is given, else by id"
SORT = f"^-?({'|'.join(SORTABLE)})$"


class Format(str, Enum):
    """How tracks are given."""

    JSON = "json"
    CSV = "csv"


class TrackFilter(BaseModel):
    """Conditions that all hold; several values of one name are alternatives."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str | None, Field(max_length=200, description=WORDS_OF)] = None
    label: Annotated[Words, Field(description="acoustic label")] = []
    genre: Annotated[Words, Field(description="original genre")] = []
    language: Annotated[Words, Field(description="language of the lyrics")] = []
    artist: Annotated[Words, Field(description="artist")] = []
    split: Annotated[Words, Field(description="train, validation or test")] = []
    cluster: Annotated[list[int], Field(max_length=50, description=CLUSTERS)] = []
    library: Annotated[
        Words, Field(description="a library named with --library when the server was started")
    ] = []
    predicted: Annotated[bool | None, Field(description=LOOKED_UP)] = None
    year_min: Bound | None = None
    year_max: Bound | None = None
    arousal_min: Share | None = None
    arousal_max: Share | None = None
    valence_min: Share | None = None
    valence_max: Share | None = None
    uncertainty_min: Annotated[Share | None, Field(description=UNCERTAINTY)] = None
    uncertainty_max: Share | None = None
    map_x_min: Bound | None = None
    map_x_max: Bound | None = None
    map_y_min: Bound | None = None
    map_y_max: Bound | None = None

    def key(self) -> tuple[Any, ...]:
        """Return a hashable name of the conditions."""
        return tuple(
            tuple(value) if isinstance(value, list) else value
            for value in (getattr(self, name) for name in TrackFilter.model_fields)
        )


class TrackQuery(TrackFilter):
    """Conditions, order and page."""

    sort: Annotated[str | None, Field(pattern=SORT, description=ORDER)] = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 50
    format: Format = Format.JSON


def mask_of(catalogue: Catalogue, asked: TrackFilter) -> Mask:
    """Return which tracks fulfil the conditions, but for the words of ``q``."""
    mask = np.ones(len(catalogue), dtype=np.bool_)
    for name in ("label", "genre", "language", "artist", "split"):
        if wanted := getattr(asked, name):
            mask &= catalogue.categories[name].having(wanted)
    if asked.cluster:
        mask &= catalogue.categories["cluster"].having([str(one) for one in asked.cluster])
    if asked.library:
        members = [catalogue.libraries[name] for name in asked.library if name in catalogue.libraries]
        mask &= np.logical_or.reduce(members) if members else np.zeros(len(catalogue), np.bool_)
    if asked.predicted is not None:
        mask &= (catalogue.listed >= 0) == asked.predicted
    for name in ("year", "arousal", "valence", "uncertainty", "map_x", "map_y"):
        low, high = getattr(asked, f"{name}_min"), getattr(asked, f"{name}_max")
        values = catalogue.numbers[name]  # a comparison with a missing value (NaN) does not hold
        if low is not None:
            mask &= values >= low
        if high is not None:
            mask &= values <= high
    return mask


def order_by(catalogue: Catalogue, column: str) -> NDArray[np.int64]:
    """Return all rows in the order of a column, rising or (with "-") falling; missing values last, equal ones by id."""
    name, falling = column.removeprefix("-"), column.startswith("-")
    if name == "track_id":
        values = np.arange(len(catalogue), dtype=np.float64)
    elif name == "title":
        titles = [title.casefold() for title in catalogue.titles]
        values = np.empty(len(titles))
        values[sorted(range(len(titles)), key=titles.__getitem__)] = np.arange(len(titles))
    elif name in catalogue.categories:
        codes = catalogue.categories[name].codes
        values = np.where(codes >= 0, codes.astype(np.float64), np.nan)
    else:
        values = catalogue.numbers[name]
    return np.argsort(-values if falling else values, kind="stable").astype(np.int64)
