"""The rules of ``params.yaml``: every key, its type and its range. A typo stops the pipeline before anything runs.

Read by the wrapper, once per change of ``params.yaml``; stages themselves trust what they are given. Adding a parameter is one line here and
one in ``params.yaml``.
"""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reprise.errors import BadParameter

Natural = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Rate = Annotated[float, Field(gt=0.0, le=1.0)]
NonNegative = Annotated[float, Field(ge=0.0)]


class Block(BaseModel):
    """A block of parameters: unknown keys are errors, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Dataset(Block):
    """One entry of the dataset registry; what a dataset does not use stays away."""

    tracks_per_genre: Positive | None = None
    emotion_tracks: Annotated[int, Field(ge=3, multiple_of=3)] | None = None
    song_tracks: Positive | None = None
    limit: Natural | None = None


class Download(Block):
    """Fetching, and the door through which all audio comes in."""

    mirror: str
    workers: Natural
    retries: Natural


class Features(Block):
    """The shared short-time Fourier transform and what is made of it."""

    sample_rate: Literal[22050]
    n_fft: Annotated[int, Field(ge=256, multiple_of=2)]
    hop_length: Positive
    n_mels: Positive
    n_mfcc: Positive
    workers: Natural
    chunk: Annotated[int, Field(ge=10)]


class Lyrics(Block):
    """The sentence encoder."""

    model: str
    max_tokens: Positive
    batch_size: Positive


class Split(Block):
    """Fractions of the groups, and what counts as the same recording."""

    train: Fraction
    validation: Fraction
    test: Fraction
    duplicate_similarity: Fraction

    @model_validator(mode="after")
    def _whole(self) -> Split:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train + validation + test must be 1, not {total:g}")
        return self


class Cluster(Block):
    """Clustering of the selected model's latents."""

    k: Annotated[int, Field(ge=2)]
    seeds: Positive
    methods: list[Literal["kmeans", "agglomerative", "spectral", "gmm", "own"]]


class Params(Block):
    """The whole of ``params.yaml``."""

    model: str
    dataset: str
    emotion_dataset: str
    songs_dataset: str
    seed: Natural
    datasets: dict[str, Dataset]
    download: Download
    features: Features
    split: Split
    lyrics: Lyrics
    models: dict[str, dict[str, Any]]
    cluster: Cluster

    @model_validator(mode="after")
    def _selections_exist(self) -> Params:
        _selected("model", self.model, self.models)
        for key in ("dataset", "emotion_dataset", "songs_dataset"):
            _selected(key, getattr(self, key), self.datasets)
        return self


def validate(values: dict[str, Any]) -> Params:
    """Check all parameters.

    Parameters
    ----------
    values
        Content of ``params.yaml``.

    Returns
    -------
    Params
        The same values, typed.

    Raises
    ------
    BadParameter
        One line for the first rule that is broken: key, value, rule, nearest valid name.
    """
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadParameter(f"params.yaml: {_explain(first)}") from None


def _selected(key: str, value: str, registry: dict[str, Any]) -> None:
    if value not in registry:
        registry_name = "models" if key == "model" else "datasets"
        raise ValueError(
            f"{key} = '{value}' must be a key of {registry_name} ({', '.join(registry)}){_nearest(value, registry)}"
        )


def _explain(error: Any) -> str:
    location = [str(part) for part in error["loc"]]
    key = ".".join(location)
    if error["type"] == "extra_forbidden":
        valid = _fields_at(location[:-1])
        return f"unknown key '{key}'; valid here: {', '.join(valid)}{_nearest(location[-1], valid)}"
    if error["type"] == "missing":
        return f"key '{key}' is missing; add it (see docs/parameters.md)"
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{key}: {message}" if key else message
    return f"{key} = {error['input']!r}: {message[0].lower()}{message[1:]}"


def _fields_at(location: list[str]) -> list[str]:
    """Names of the valid keys below a position of the file."""
    node: Any = Params
    for part in location:
        node = get_args(node)[1] if get_origin(node) is dict else node.model_fields[part].annotation
    return list(node.model_fields)


def _nearest(name: str, valid: Any) -> str:
    close = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""
