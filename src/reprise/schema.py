"""The rules of ``params.yaml``: every key, its type and its range. A typo stops the pipeline before anything runs.

Read by the wrapper, once per change of ``params.yaml``; stages themselves trust what they are given. Adding a parameter is one line here and
one in ``params.yaml``.
"""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from reprise.audio.settings import AudioSettings
from reprise.errors import BadParameter

Natural = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Several = Annotated[int, Field(ge=2)]
"""A number that is 2 or more: of resamples, of which a deviation is taken; of dimensions, of which two are drawn; of rows in a batch."""
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Rate = Annotated[float, Field(gt=0.0, le=1.0)]
NonNegative = Annotated[float, Field(ge=0.0)]

CONTRASTED = {"crops_per_track": 2, "batch_size": 4}
LEAST = {
    "ae_multimodal": {"lyrics_components": 1},
    "contrastive": CONTRASTED,
    "stack": CONTRASTED,
    "wccn": {"segment_frames": 2},
}
"""What single models need beyond the rules of `Model`, as their classes say; here because a class takes seconds to import."""


class Block(BaseModel):
    """A block of parameters: unknown keys are errors, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Dataset(Block):
    """One entry of the dataset registry; what a dataset does not use stays away."""

    tracks_per_genre: Positive | None = None
    emotion_tracks: Annotated[int, Field(ge=3, multiple_of=3)] | None = None
    song_tracks: Positive | None = None
    factor_levels: Several | None = None
    factor_bases: Positive | None = None
    factor_probe: Annotated[int, Field(ge=26)] | None = None
    limit: Natural | None = None
    tars: Natural | None = None
    path: str | None = None
    contents: str | None = None
    table: str | None = None
    genre_from: Literal["none", "folder"] | None = None
    seconds: Annotated[float, Field(ge=5, le=600)] | None = None
    crop: Literal["start", "middle"] | None = None


class Download(Block):
    """Fetching, and the door through which all audio comes in."""

    mirror: str
    workers: Natural
    retries: Natural
    timeout: Annotated[float, Field(gt=0)]


class Compute(Block):
    """Who computes the features; no value changes a result."""

    backend: Literal["loky", "dask"]
    scheduler: Annotated[str, Field(pattern=r"^$|^(tcp|tls|ucx)://")]

    @model_validator(mode="after")
    def _address(self) -> Compute:
        if (self.backend == "dask") != bool(self.scheduler):
            raise ValueError(
                f"backend {self.backend} with scheduler '{self.scheduler}': dask needs the address of a scheduler, loky has none"
            )
        return self


class Features(Block):
    """The shared short-time Fourier transform and what is made of it."""

    sample_rate: Literal[22050]
    n_fft: Literal[512, 1024, 2048, 4096, 8192]
    hop_length: Positive
    n_mels: Annotated[int, Field(ge=2, multiple_of=2)]
    """Even: the backbone hears bands in pairs."""
    n_mfcc: Positive
    segment_seconds: Annotated[float, Field(gt=0.0)]
    workers: Natural
    chunk: Annotated[int, Field(ge=10)]
    kept_gb: NonNegative
    compute: Compute

    @model_validator(mode="after")
    def _described(self) -> Features:
        names = AudioSettings.__dataclass_fields__
        AudioSettings(**{name: getattr(self, name) for name in names})  # its rules are the stage's own
        return self


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
    strata: Literal["tracks", "labels"]
    duplicate_similarity: Rate

    @model_validator(mode="after")
    def _whole(self) -> Split:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train + validation + test must be 1, not {total:g}")
        return self


class Cluster(Block):
    """Clustering of the selected model's latents."""

    k: Several
    seeds: Positive
    methods: list[Literal["kmeans", "agglomerative", "spectral", "gmm", "own"]]

    @model_validator(mode="after")
    def _needed(self) -> Cluster:
        if "kmeans" not in self.methods:
            raise ValueError(
                f"methods = {self.methods} must name kmeans, whose clusters the lookup table gives"
            )
        return self


class Training(Block):
    """How every model is trained, and when a result counts as collapsed."""

    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["float32", "bf16"]
    patience: Positive
    min_steps: Natural
    checkpoint_seconds: NonNegative
    min_kl_nats: NonNegative
    min_active_share: Fraction
    min_live_share: Fraction
    max_cluster_share: Fraction
    seeds: Positive
    accumulate: Positive
    processes: Natural


class Model(Block):
    """One entry of the model registry, with the rules that hold for all; a model refuses keys it does not know when it is built."""

    latent_dim: Several
    hidden: list[Positive] | None = None
    channels: list[Positive] | None = None
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] | None = None
    form: Literal["segment", "literal"] | None = None
    segment_frames: Positive | None = None
    pool: Positive | None = None
    crops_per_track: Positive | None = None
    beta: Annotated[float, Field(gt=0.0)] | None = None
    free_bits: NonNegative | None = None
    anneal_epochs: Natural | None = None
    mode: Literal["genre", "language"] | None = None
    features: Positive | None = None
    class_embedding: Positive | None = None
    lyrics_components: Natural | None = None
    lyrics_weight: NonNegative | None = None
    components: Several | None = None
    restarts: Annotated[int, Field(ge=10)] | None = None
    pretrain_epochs: Positive | None = None
    epochs: Positive | None = None
    batch_size: Several | None = None
    learning_rate: Rate | None = None
    joint_learning_rate: Rate | None = None
    width: Positive | None = None
    heads: Positive | None = None
    layers: Positive | None = None
    token_frames: Positive | None = None
    lyrics_tokens: Positive | None = None
    modality_dropout: Annotated[float, Field(ge=0.0, le=0.5)] | None = None
    projection: Positive | None = None
    encoded: Positive | None = None
    temperature: Annotated[float, Field(gt=0)] | None = None
    gain: NonNegative | None = None
    tilt: NonNegative | None = None
    masked_bands: Natural | None = None
    shrinkage: Rate | None = None
    quantiles: Several | None = None


class Evaluate(Block):
    """Resamples behind intervals and chance levels."""

    bootstrap: Several
    permutations: Several


class Prove(Block):
    """Resamples behind the null of each claim."""

    permutations: Several


class Compare(Block):
    """Seeds and resamples of the comparison."""

    seeds: Positive
    bootstrap: Several


class Relabel(Block):
    """Acoustic clusters and their names."""

    k: Natural
    k_min: Several
    k_max: Several
    min_share: Fraction
    fdr: Rate
    theme: NonNegative

    @model_validator(mode="after")
    def _numbers(self) -> Relabel:
        if self.k == 1:
            raise ValueError("k = 1 must be 0, which has the number of clusters chosen, or 2 or more")
        if self.k_min > self.k_max:
            raise ValueError(f"k_min = {self.k_min} must not be above k_max = {self.k_max}")
        return self


class Pretrain(Block):
    """The backbone."""

    objective: Literal["auto", "tags", "contrastive", "none"]
    weights: Annotated[str, Field(min_length=1)]
    stem: Positive
    widths: list[Positive]
    depths: list[Positive]
    min_tag_tracks: Positive
    temperature: Annotated[float, Field(gt=0)]
    embedding_crops: Positive
    epochs: Positive
    crops_per_track: Positive
    batch_size: Positive
    learning_rate: Rate
    weight_decay: NonNegative


class FinetuneRates(Block):
    """Learning rate of each way."""

    head: Rate
    lora: Rate
    full: Rate


class Finetune(Block):
    """LoRA and its peers."""

    rank: Positive
    alpha: Positive
    targets: str
    ranks: list[Positive]
    epochs: Positive
    crops_per_track: Positive
    batch_size: Positive
    learning_rate: FinetuneRates
    weight_decay: NonNegative
    embedding_crops: Positive

    @field_validator("targets")
    @classmethod
    def _expression(cls, targets: str) -> str:
        try:
            re.compile(targets)
        except re.error as error:
            raise ValueError(f"'{targets}' is neither 'auto' nor a regular expression ({error})") from None
        return targets


class Transfer(Block):
    """Mood from pairwise judgements."""

    hidden: Positive
    epochs: Positive
    learning_rate: Rate
    weight_decay: NonNegative
    folds: Several


class Lookup(Block):
    """The table for recommenders."""

    neighbours: Positive


class RegressWidths(Block):
    """Units of the encoders."""

    lyrics: Positive
    audio: Positive
    metadata: Positive
    joint: Positive


class RegressLora(Block):
    """Adapters of the sentence encoder."""

    rank: Positive
    alpha: Positive
    epochs: Positive
    learning_rate: Rate
    batch_size: Positive
    chunks: Positive


class Regress(Block):
    """Song regression."""

    targets: list[str]
    lyrics_encoder: Literal["frozen", "lora"]
    lora: RegressLora
    max_words: Positive
    trees: Positive
    fusion: Literal["concat", "gated", "attention"]
    folds: Several
    learning_curve: list[Annotated[float, Field(gt=0.0, lt=1.0)]]
    loss: Literal["huber", "mse"]
    epochs: Positive
    patience: Positive
    batch_size: Positive
    learning_rate: Rate
    weight_decay: NonNegative
    dropout: Fraction
    modality_dropout: Fraction
    widths: RegressWidths
    bootstrap: Several


class Audit(Block):
    """Level and resolution of the leakage tests."""

    level: Rate
    permutations: Positive


class Placebo(Block):
    """Size of the negative control."""

    tracks: Annotated[int, Field(ge=8)]


class Params(Block):
    """The whole of ``params.yaml``."""

    model: str
    dataset: str
    emotion_dataset: str
    songs_dataset: str
    factors_dataset: str
    seed: Natural
    datasets: dict[str, Dataset]
    download: Download
    features: Features
    split: Split
    lyrics: Lyrics
    training: Training
    models: dict[str, Model]
    cluster: Cluster
    evaluate: Evaluate
    prove: Prove
    compare: Compare
    relabel: Relabel
    pretrain: Pretrain
    finetune: Finetune
    transfer: Transfer
    lookup: Lookup
    regress: Regress
    placebo: Placebo
    audit: Audit

    @model_validator(mode="after")
    def _selections_exist(self) -> Params:
        _selected("model", self.model, self.models)
        for key in ("dataset", "emotion_dataset", "songs_dataset", "factors_dataset"):
            _selected(key, getattr(self, key), self.datasets)
        return self

    @model_validator(mode="after")
    def _models_have_enough(self) -> Params:
        for name, needs in LEAST.items():
            for key, least in needs.items():
                value = getattr(self.models.get(name), key, None)
                if value is not None and value < least:
                    raise ValueError(f"models.{name}.{key} = {value} must be at least {least}")
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
