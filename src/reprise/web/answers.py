"""The form of the API's answers, for its documentation; the answers themselves are built as plain dictionaries, which is faster."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """What is wrong with a request, in one sentence."""

    detail: str


class Track(BaseModel):
    """A track in a list."""

    track_id: str
    title: str
    artist: str | None
    year: int | None
    genre: str | None
    language: str | None
    split: str | None
    label: str | None = Field(description="acoustic label")
    label_index: int | None = Field(description="its index in label_to_idx.json")
    label_is: str | None = Field(
        description="predicted (track of the lookup table) or given (the models may have been trained on it)"
    )
    uncertainty: float | None = Field(
        description="entropy of the label's probabilities over its largest possible value, in [0, 1]"
    )
    arousal: float | None = Field(
        description="in [0, 1]: modelled chance that a listener puts the track above a random one"
    )
    valence: float | None
    map_x: float | None
    map_y: float | None
    cluster: int | None
    cluster_distance: float | None


class TrackInFull(Track):
    """All that is known of a track."""

    entropy: float | None = Field(description="in nats")
    probabilities: dict[str, float] | None = Field(
        description="of each label; null outside of the lookup table"
    )
    tags: list[str]
    descriptors: dict[str, float | None]
    libraries: list[str]


class TrackPage(BaseModel):
    """One page of tracks."""

    total: int
    page: int
    pages: int
    size: int
    tracks: list[Track]


class FoundTrack(Track):
    """A track that was recommended."""

    distance: float | None = Field(
        description="from what was asked for; what it measures depends on the request"
    )


class TrackList(BaseModel):
    """Tracks in order."""

    of: dict[str, Any] = Field(description="what was asked for")
    measure: str = Field(description="what the distance is")
    tracks: list[FoundTrack]


class Features(BaseModel):
    """Acoustic descriptors and latents of one page of tracks."""

    total: int
    page: int
    pages: int
    size: int
    columns: list[str]
    rows: list[list[Any]]


class Share(BaseModel):
    """How frequent a value is in a group, and in all tracks."""

    name: str
    tracks: int
    share: float
    share_all: float


class Sound(BaseModel):
    """How a descriptor of a group differs from that of all tracks."""

    descriptor: str
    name: str
    word: str
    deviation: float = Field(description="in standard deviations of all tracks")
    mean: float
    mean_all: float
    text: str
    text_all: str


class TagCount(BaseModel):
    """How over-represented an original tag is among the training tracks of an acoustic cluster."""

    tag: str
    count: int
    cluster_tracks: int
    tag_tracks: int
    lift: float
    p_value: float
    q_value: float


class Profile(BaseModel):
    """What the tracks of a group have in common."""

    meaning: str = Field(description="in words")
    tracks: int
    sound: list[Sound]
    genres: list[Share]
    labels: list[Share]
    mood: dict[str, float | None]
    central: list[str] = Field(description="ids of the tracks nearest to the group's centre")


class Label(Profile):
    """An acoustic label."""

    label: str
    index: int = Field(description="in label_to_idx.json")
    acoustic_cluster: int | None
    named_by: str | None
    predicted_tracks: int
    tags: list[TagCount]


class Cluster(Profile):
    """A cluster of the selected model's latents."""

    cluster: int


class Facets(BaseModel):
    """Values that tracks can be limited to, with their counts, and the ranges of numbers."""

    tracks: int
    predicted: int
    values: dict[str, dict[str, int]]
    ranges: dict[str, list[float] | None]
    libraries: dict[str, int]
    selected_model: str | None
    notes: list[str]
    upload: bool


class Headline(BaseModel):
    """One headline result."""

    what: str
    value: str
    beside: str
    file: str


class Metrics(BaseModel):
    """Headline results, and all metrics by file."""

    headlines: list[Headline]
    metrics: dict[str, Any]


class Health(BaseModel):
    """Whether the server can answer."""

    status: str
    tracks: int
    trouble: str | None = Field(description="why a changed run has not been read yet")


class Version(BaseModel):
    """What answers."""

    reprise: str
    python: str
    dvc_lock_sha256: str | None = Field(
        description="of dvc.lock, which stands for all inputs and outputs of the run"
    )
    run: str = Field(description="names the state of the run's files")


class Placed(BaseModel):
    """What the models say about an uploaded file."""

    track: dict[str, Any]
    neighbours: list[FoundTrack]
