"""The embedded corpus: music that the project composes and renders itself, offline, with its ground truth.

10 GTZAN genres, clips of 30.01 s (661,794 samples, 1.3 MB each), 22,050 Hz mono; as many as ``params.yaml`` asks for:
``tracks_per_genre`` of each genre, ``emotion_tracks`` and ``song_tracks`` in all. Every track comes with its generative
factors, lyrics in one of five languages, tags, arousal and valence (pairwise judgements of three noisy annotators for
the role ``emotion``), 18 targets, release year and artist.

The role ``factors`` has true factors and nothing else, no label either: a grid in which one factor is varied at a time
(``factor_levels`` levels of each factor around each of ``factor_bases`` base tracks; their places are in the table
``grid``), and a probe of ``factor_probe`` tracks whose factors are independent of each other.

Paper: none; made for this project (`reprise.corpus`). The form of the judgements is MusAV's (Bogdanov et al., ISMIR
2022), that of the targets the Music Dataset 1950-2019's (Moura et al., doi 10.17632/3t9vbwxgr5.3).

Licence: as the project; no third-party recording, sample or text is in it.

Known faults: it shows that the pipeline works and how hard it is, not what real music scores: a genre classifier
trained on it does not carry over to real recordings (docs/difficulty.md), the lyrics are plainly artificial, and
factors are tied to genre, so that measures of disentanglement belong on the role ``factors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprise.corpus.factor_set import FactorSet, generate_factor_set
from reprise.corpus.generate import count_tracks, generate
from reprise.corpus.ground_truth import Affect
from reprise.corpus.judgements import judge_pairs
from reprise.datasets.base import PROVIDABLE, Info, RawPair, RawTrack, Request, Samples
from reprise.errors import BadParameter

FACTOR_OPTIONS = ("factor_levels", "factor_bases", "factor_probe")
"""The options that say how large the grid and the probe of the role ``factors`` are."""
COUNT_OPTION = {"tracks": "tracks_per_genre", "emotion": "emotion_tracks", "songs": "song_tracks"}
"""The option that says how many tracks a role has: of each genre for ``tracks``, in all for the others."""

INFO = Info(
    title="Reprise embedded corpus",
    licence="as the project (Apache-2.0)",
    source="composed and rendered by reprise.corpus",
    homepage="README.md",
    n_samples=661_794,
    roles=("tracks", "emotion", "songs", "factors"),
    provides=frozenset(PROVIDABLE),
    missing={},
)


def load(request: Request) -> Iterator[RawTrack]:
    """Iterate over the rendered tracks, in an order unrelated to genre and factors."""
    if request.role == "factors":
        yield from _load_factors(request)
        return
    for track in generate(request.role, _size(request), request.seed, request.workers):
        yield RawTrack(
            source=track.source,
            audio=Samples(track.samples),
            genre=track.genre,
            language=track.language,
            lyrics=track.lyrics,
            tags=track.tags,
            artist=track.artist_id,
            year=track.year,
            factors=track.factors,
            affect=(track.affect.arousal, track.affect.valence),
            targets=track.targets,
        )


def _load_factors(request: Request) -> Iterator[RawTrack]:
    """Iterate over grid and probe; they have factors and no label."""
    for track in generate_factor_set(_factor_set(request), request.seed, request.workers):
        place = track.place
        yield RawTrack(
            source=track.source,
            audio=Samples(track.samples),
            factors=track.factors,
            grid=(place.factor, place.base, place.level) if place else None,
        )


def count(request: Request) -> int:
    """Return how many tracks `load` yields."""
    if request.role == "factors":
        return _factor_set(request).n_tracks
    return count_tracks(request.role, _size(request))


def pairs(request: Request, tracks: Sequence[RawTrack]) -> Iterator[RawPair]:
    """Iterate over the judgements, which the role ``emotion`` has; of the other tracks nobody was asked."""
    if request.role != "emotion":
        return
    truth = {track.source: Affect(*track.affect) for track in tracks if track.affect}
    for judged in judge_pairs(list(truth.values()), list(truth), request.seed):
        yield RawPair(
            triplet_id=judged.triplet_id,
            source_a=judged.track_a,
            source_b=judged.track_b,
            dimension=judged.dimension,
            higher_value=judged.higher_value,
            agreement=judged.agreement,
            consistency=judged.consistency,
            votes_a=judged.votes_a,
            votes_b=judged.votes_b,
            votes_tie=judged.votes_tie,
        )


def _size(request: Request) -> int:
    return _option(request, COUNT_OPTION[request.role])


def _factor_set(request: Request) -> FactorSet:
    return FactorSet(*(_option(request, option) for option in FACTOR_OPTIONS))


def _option(request: Request, option: str) -> int:
    if not request.options.get(option):
        raise BadParameter(f"datasets.synthetic needs {option}, at least 1, for the role '{request.role}'")
    return int(request.options[option])
