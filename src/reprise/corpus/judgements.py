"""Pairwise judgements of arousal and valence, in the form of MusAV (Bogdanov et al., ISMIR 2022).

Tracks form disjoint triplets. Of each of a triplet's three pairs, three annotators say which track is higher, or that both
are alike. Their votes give the answer, how far they agreed, and whether the triplet's answers fit together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reprise.corpus.ground_truth import Affect
from reprise.corpus.randomness import stream
from reprise.errors import BadParameter

ANNOTATORS = 3
PERCEPTION_NOISE = 0.12
"""Standard deviation of the difference that an annotator perceives, on the scale [0, 1]."""
JUST_NOTICEABLE = 0.05
"""A smaller perceived difference is judged to be none."""
DIMENSIONS = ("arousal", "valence")
PAIRS_OF_TRIPLET = ((0, 1), (0, 2), (1, 2))


@dataclass(frozen=True)
class PairJudgement:
    """The judgement of one pair in one dimension; the fields are the columns of ``pairs.parquet``.

    Attributes
    ----------
    higher_value : str
        ``"a"``, ``"b"``, ``"ab"`` (alike), or ``"undefined"`` where no answer has two votes.
    agreement : str
        ``"full-agreement"`` (three equal votes), ``"majority-agreement"`` (two, and the third does not contradict them)
        or ``"disagreement"`` (somebody voted ``a`` and somebody ``b``; `higher_value` may stand nevertheless).
    consistency : str
        Of the triplet: ``"incomplete"`` if a pair has no agreement, else whether the answers can be put in an order.
    """

    triplet_id: str
    track_a: str
    track_b: str
    dimension: str
    higher_value: str
    agreement: str
    consistency: str
    votes_a: int
    votes_b: int
    votes_tie: int


@dataclass(frozen=True)
class _Votes:
    a: int
    b: int
    tie: int

    @property
    def higher_value(self) -> str:
        answers = {"a": self.a, "b": self.b, "ab": self.tie}
        return next((answer for answer, votes in answers.items() if 2 * votes > ANNOTATORS), "undefined")

    @property
    def agreement(self) -> str:
        if ANNOTATORS in (self.a, self.b, self.tie):
            return "full-agreement"
        return "disagreement" if self.a and self.b else "majority-agreement"


def judge_pairs(affects: Sequence[Affect], track_ids: Sequence[str], seed: int) -> list[PairJudgement]:
    """Let three noisy annotators compare the tracks of disjoint triplets.

    Parameters
    ----------
    affects : sequence of Affect
        True arousal and valence of each track.
    track_ids : sequence of str
        Their identifiers; the judgements depend on the pairs of identifier and affect, not on their order.
    seed : int
        Seed of the grouping and of the annotators.

    Returns
    -------
    list of PairJudgement
        Three pairs times two dimensions for each triplet; one or two tracks that are left over are not judged.

    Raises
    ------
    BadParameter
        If the lengths differ or an identifier occurs twice.
    """
    truth = dict(zip(track_ids, affects, strict=False))
    if len(affects) != len(track_ids) or len(truth) != len(track_ids):
        raise BadParameter(
            f"{len(track_ids)} track ids ({len(truth)} different) for {len(affects)} affects: one unique id each"
        )
    rng = stream(seed, "judgements")
    order = rng.permutation(sorted(truth)).tolist()
    judgements = []
    for number in range(len(order) // 3):
        tracks = order[3 * number : 3 * number + 3]
        for dimension in DIMENSIONS:
            values = [getattr(truth[track], dimension) for track in tracks]
            judgements += _judge_triplet(f"{number:05d}", tracks, values, dimension, rng)
    return judgements


def _judge_triplet(
    triplet_id: str, tracks: list[str], values: list[float], dimension: str, rng: np.random.Generator
) -> list[PairJudgement]:
    """Return the judgements of a triplet's three pairs."""
    votes = [_vote(values[first] - values[second], rng) for first, second in PAIRS_OF_TRIPLET]
    consistency = _consistency(votes)
    return [
        PairJudgement(
            triplet_id=triplet_id,
            track_a=tracks[first],
            track_b=tracks[second],
            dimension=dimension,
            higher_value=vote.higher_value,
            agreement=vote.agreement,
            consistency=consistency,
            votes_a=vote.a,
            votes_b=vote.b,
            votes_tie=vote.tie,
        )
        for (first, second), vote in zip(PAIRS_OF_TRIPLET, votes, strict=True)
    ]


def _vote(difference: float, rng: np.random.Generator) -> _Votes:
    """Return the annotators' votes on a true difference (a minus b)."""
    perceived = difference + PERCEPTION_NOISE * rng.standard_normal(ANNOTATORS)
    a, b = int((perceived > JUST_NOTICEABLE).sum()), int((perceived < -JUST_NOTICEABLE).sum())
    return _Votes(a, b, ANNOTATORS - a - b)


def _consistency(votes: list[_Votes]) -> str:
    """Return whether the answers to (0, 1), (0, 2) and (1, 2) can be put in an order with ties."""
    if any(vote.agreement == "disagreement" for vote in votes):
        return "incomplete"
    sign = {"a": 1, "b": -1, "ab": 0}
    first, outer, second = (sign[vote.higher_value] for vote in votes)
    if first == second:
        return "consistent" if outer == first else "inconsistent"
    if first == -second:
        return "consistent"
    return "consistent" if outer == first + second else "inconsistent"
