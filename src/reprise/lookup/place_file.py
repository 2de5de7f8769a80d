"""Place one audio file among the tracks of the corpus, as the lookup table places its test tracks.

    from reprise.lookup.place_file import Placer, place_file

    placement = place_file("song.mp3")          # loads everything, for one file
    placer = Placer("/path/to/project")         # loads once; keep it in a process of its own, for many files
    placement = placer.place("song.mp3")
    placement.to_dict()                         # plain JSON

The clip is cut, decoded and described by the very code of the stages `download` and `features`, so a file of the corpus gets the row that the
lookup table has for it. Nothing is written, nothing is trained, no label is read.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from reprise.audio.decode import SAMPLE_RATE
from reprise.audio.features import TrackFeatures, extract
from reprise.audio.settings import AudioSettings
from reprise.audio.unreadable import UnreadableAudio
from reprise.datasets.clip import content_id, read_clip
from reprise.emotion.musav import DIMENSIONS
from reprise.emotion.store import load_mood
from reprise.errors import BadInput, MissingData
from reprise.finetune.saved import load_finetuned
from reprise.lookup.neighbours import nearest
from reprise.lookup.place import Atlas, draw_atlas
from reprise.lookup.prediction import predict
from reprise.models.base import Model
from reprise.models.read_latents import Latents, load_latents
from reprise.models.store import load_model
from reprise.tables import read_json, read_table
from reprise.training.tracks import Tracks

NEEDED = (
    "data/finetuned/config.json",
    "data/av_regressor/config.json",
    "data/corpus/tracks/corpus.json",
    "metrics/features/tracks.json",
    "metrics/lookup.json",
)
"""What is looked for first: with these there, the pipeline has run."""

SHORTEST = 6.0
"""Seconds below which a file is refused: two segments of 3 s."""

NEIGHBOURS = 10


@dataclass(frozen=True)
class Near:
    """A track of the corpus and its Euclidean distance in the latents of the selected model."""

    track_id: str
    distance: float


@dataclass(frozen=True)
class Placement:
    """What the models say about one file; the meaning of each value is that of the column of the lookup table.

    Attributes
    ----------
    track_id
        Hash of the samples: 16 hexadecimal digits.
    in_corpus
        Whether a track of the corpus has these very samples.
    seconds
        Length of the part that was looked at, at most the length of a clip of the corpus; cut from where the corpus cuts its clips.
    label
        The likeliest acoustic label.
    probabilities
        Probability of each label, summing to 1.
    entropy
        Of these probabilities, in nats.
    arousal, valence
        In [0, 1]: modelled chance that a listener puts the file above a random track of the emotion corpus; ``None`` without a mood model.
    model
        The selected model, in whose latents the rest is given.
    map_x, map_y
        Place on the map of the lookup table; ``None``, as all that follows, where the selected model is not available.
    cluster, cluster_distance
        K-Means cluster with the nearest centroid, and the Euclidean distance to it.
    neighbours
        The nearest tracks of the corpus, nearest first; the file itself is not among them.
    descriptors
        The 22 acoustic descriptors, see `reprise.audio.descriptors`.
    notes
        What is not there, and why.
    """

    track_id: str
    in_corpus: bool
    seconds: float
    label: str
    probabilities: dict[str, float]
    entropy: float
    arousal: float | None
    valence: float | None
    model: str
    map_x: float | None
    map_y: float | None
    cluster: int | None
    cluster_distance: float | None
    neighbours: list[Near]
    descriptors: dict[str, float]
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, strings, lists and dictionaries."""
        return asdict(self)


class Placer:
    """All that placing needs, loaded once.

    Not for several threads at a time: give each worker process one of its own. The first file takes longer where the audio loops are
    not compiled yet (``python -m reprise.audio.warm`` compiles them).

    Parameters
    ----------
    root
        Folder of the project, in which the pipeline has run up to the stage `lookup`.
    neighbours
        How many neighbours a placement lists.

    Raises
    ------
    MissingData
        If an artefact is not there.
    BadInput
        If the parameters in ``params.yaml`` are not those that the features were made with.
    """

    def __init__(self, root: str | Path = ".", neighbours: int = NEIGHBOURS) -> None:
        folder = Path(root)
        data = folder / "data"
        for needed in NEEDED:
            if not (folder / needed).is_file():
                raise MissingData(
                    f"{folder / needed} is not there: run the pipeline first (dvc repro lookup)"
                )
        self.count = neighbours
        self.selected = str(read_json(folder / "metrics/lookup.json")["selected_model"])
        self.settings = read_settings(folder / "params.yaml")
        made = read_json(folder / "metrics/features/tracks.json")["settings"]
        if asdict(self.settings) != made:
            changed = ", ".join(
                f"features.{name} = {value}, was {made[name]}"
                for name, value in asdict(self.settings).items()
                if value != made[name]
            )
            raise BadInput(
                f"{folder / 'params.yaml'}: {changed} when the models were trained; put it back, or run the pipeline again (dvc repro)"
            )
        corpus = read_json(data / "corpus/tracks/corpus.json")
        self.clip, self.crop = int(corpus["n_samples"]), str(corpus["crop"])
        self.saved = load_finetuned(data / "finetuned", data / "label_to_idx.json")
        self.mood = load_mood(data / "av_regressor")
        self.notes = [f"no arousal and valence: {self.mood}"] if isinstance(self.mood, str) else []
        self.model: Model | None = None
        self.atlas: Atlas | None = None
        self._load_space(data)

    def place(self, path: str | Path) -> Placement:
        """Place an audio file of any format, rate and number of channels that the pipeline reads.

        Raises
        ------
        UnreadableAudio
            If the file cannot be used: its ``reason`` is one word, its ``detail`` a sentence.
        """
        return self.place_samples(self.read(path))

    def read(self, path: str | Path) -> NDArray[np.int16]:
        """Decode the part of a file that the corpus would have of it, to mono int16 at 22,050 Hz."""
        return read_clip(Path(path), self.clip, self.crop)

    def place_samples(self, pcm: NDArray[np.int16]) -> Placement:
        """Place a clip.

        Parameters
        ----------
        pcm
            Mono samples at 22,050 Hz, int16; what exceeds the length of a clip of the corpus is not looked at.
        """
        pcm = pcm[: self.clip]
        if len(pcm) < SHORTEST * SAMPLE_RATE:
            raise UnreadableAudio(
                "too_short", f"{len(pcm) / SAMPLE_RATE:.1f} s; {SHORTEST:g} s are needed to place a file"
            )
        features = extract(pcm, self.settings)
        lyrics = self.model.shapes.lyrics if self.model else 0
        tracks = one_track(content_id(pcm), features, lyrics)
        table = predict(self.saved, self.mood, tracks.mel, np.array([0])).table.iloc[0]
        felt = {name: None if np.isnan(table[name]) else float(table[name]) for name in DIMENSIONS}
        return Placement(
            track_id=str(tracks.ids[0]),
            seconds=len(pcm) / SAMPLE_RATE,
            label=str(table["new_acoustic_label"]),
            probabilities={label: float(table[f"prob_{label}"]) for label in self.saved.labels},
            entropy=float(table["entropy"]),
            arousal=felt["arousal"],
            valence=felt["valence"],
            model=self.selected,
            descriptors={name: float(value) for name, value in features.descriptors.items()},
            **self._find(tracks, len(pcm) < self.clip),
        )

    def _load_space(self, data: Path) -> None:
        """Load the selected model with the atlas of its latents, or note why there is none."""
        latents = load_latents(data / "models" / self.selected)
        if isinstance(latents, Latents):
            model = load_model(data / "models" / self.selected)
            assert isinstance(model, Model), "a model with latents is available"
            self.model = model
            assignments = read_table(data / "clusters/assignments.parquet", "assignments")
            self.atlas = draw_atlas(latents, assignments)
        else:
            self.notes.append(f"no map, cluster and neighbours: {latents.why}")

    def _find(self, tracks: Tracks, short: bool) -> dict[str, Any]:
        """Return what the latents of the selected model say."""
        nowhere = dict.fromkeys(("map_x", "map_y", "cluster", "cluster_distance"))
        if self.model is None or self.atlas is None:
            return {**nowhere, "in_corpus": False, "neighbours": [], "notes": self.notes}
        known = self.atlas.latents.track_ids == tracks.ids[0]
        if short and self.model.form == "literal":
            why = f"no map, cluster and neighbours: the model '{self.selected}' takes whole clips only"
            return {**nowhere, "in_corpus": False, "neighbours": [], "notes": [*self.notes, why]}
        value = self.model.embed(tracks).astype(np.float64)
        cluster = int(self.atlas.nearest_clusters(value)[0])
        (x, y), distance = self.atlas.points(value)[0], self.atlas.distances(value)[0, cluster]
        rows, distances = nearest(self.atlas.latents.values, value[0], self.count, leave_out=known)
        names = self.atlas.latents.track_ids[rows]
        return {
            "map_x": float(x),
            "map_y": float(y),
            "cluster": cluster,
            "cluster_distance": float(distance),
            "in_corpus": bool(known.any()),
            "neighbours": [Near(str(name), float(gap)) for name, gap in zip(names, distances, strict=True)],
            "notes": self.notes,
        }


def place_file(path: str | Path, root: str | Path = ".", neighbours: int = NEIGHBOURS) -> Placement:
    """Load everything and place one file; for many, keep a `Placer`.

    Parameters
    ----------
    path
        An audio file of any format that the pipeline reads, at least `SHORTEST` seconds long.
    root
        Folder of the project, in which the pipeline has run.
    neighbours
        How many neighbours are listed.

    Raises
    ------
    UnreadableAudio
        If the file cannot be used (``reason`` is one word).
    MissingData
        If the pipeline has not run.

    Examples
    --------
    >>> place_file("song.mp3", "/path/to/project").to_dict()["label"]  # doctest: +SKIP
    'Groovy / Commercial'
    """
    return Placer(root, neighbours).place(path)


def read_settings(path: Path) -> AudioSettings:
    """Read the block ``features`` of ``params.yaml``."""
    block = YAML(typ="safe").load(path)["features"]
    names = ("sample_rate", "n_fft", "hop_length", "n_mels", "n_mfcc", "segment_seconds")
    return AudioSettings(**{name: block[name] for name in names})


def one_track(track_id: str, features: TrackFeatures, lyrics: int) -> Tracks:
    """Return a collection of one track, in the types in which the stage `features` writes maps.

    It has no labels and no lyrics; ``lyrics`` is the length of an embedding of lyrics for a model that would read one.
    """
    nobody = np.empty(0, dtype=np.int64)
    return Tracks(
        ids=np.array([track_id]),
        mel=features.log_mel[None].astype(np.float16),
        mfcc=features.mfcc[None].astype(np.float16),
        train=nobody,
        validation=nobody,
        lyrics=np.zeros((1, lyrics), dtype=np.float32),
        has_lyrics=np.zeros(1, dtype=np.bool_),
        segments=features.segments[None],
    )
