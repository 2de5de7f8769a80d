"""Words for places in the arousal–valence plane: its quadrants (Russell 1980, "A circumplex model of affect")."""

from __future__ import annotations

NEUTRAL = 0.05
"""Distance from the middle, on both axes, within which a mood has no name but "neutral"."""

QUADRANTS = {(True, True): "excited", (True, False): "tense", (False, False): "sad", (False, True): "content"}


def mood_word(arousal: float | None, valence: float | None) -> str | None:
    """Return the quadrant of a mood, ``None`` where there is none.

    Parameters
    ----------
    arousal, valence
        In [0, 1]; 0.5 is a typical track.
    """
    if arousal is None or valence is None:
        return None
    if abs(arousal - 0.5) <= NEUTRAL and abs(valence - 0.5) <= NEUTRAL:
        return "neutral"
    return QUADRANTS[arousal >= 0.5, valence >= 0.5]
