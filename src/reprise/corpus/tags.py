"""Mood and theme tags: linear functions of the factors above a threshold.

The 56 names are those of the MTG-Jamendo mood/theme set. A tag's score is a weighted sum of standardised properties of
the track (and some noise); a track has the tag when its score is above a quantile of a fixed reference population, so that
tags are as rare in a small corpus as in a large one.
"""

from __future__ import annotations

TAG_NOISE = 0.6
FREQUENCIES = (0.04, 0.06, 0.09, 0.13)
"""Parts of the reference population that have a tag; each tag has one of these."""

# fmt: off
TAG_WEIGHTS: dict[str, dict[str, float]] = {
    "action": {"arousal": 1.2, "density": 0.6},
    "adventure": {"arousal": 0.7, "valence": 0.4, "reverb": 0.3},
    "advertising": {"valence": 0.8, "brightness": 0.3},
    "background": {"arousal": -0.7, "vocal": -0.5},
    "ballad": {"arousal": -0.7, "tempo": -0.6, "romantic": 0.9},
    "calm": {"arousal": -1.2, "density": -0.3},
    "children": {"valence": 0.9, "register": 0.6, "arousal": -0.1},
    "christmas": {"valence": 0.5, "reverb": 0.3, "family/gospel": 0.6},
    "commercial": {"valence": 0.7, "loudness": 0.4},
    "cool": {"swing": 0.5, "density": 0.2, "valence": 0.2},
    "corporate": {"valence": 0.6, "vocal": -0.8, "loudness": 0.2},
    "dark": {"valence": -1.1, "brightness": -0.4},
    "deep": {"brightness": -0.8, "reverb": 0.4, "valence": -0.3},
    "documentary": {"vocal": -0.8, "arousal": -0.3},
    "drama": {"valence": -0.6, "reverb": 0.4, "sadness": 0.4},
    "dramatic": {"arousal": 0.5, "valence": -0.7, "reverb": 0.4},
    "dream": {"arousal": -0.6, "reverb": 0.9},
    "emotional": {"valence": -0.3, "arousal": -0.3, "feelings": 0.9},
    "energetic": {"arousal": 1.4},
    "epic": {"arousal": 0.6, "reverb": 0.6, "vocal": -0.4},
    "fast": {"tempo": 1.5},
    "film": {"vocal": -0.7, "reverb": 0.6},
    "fun": {"valence": 0.9, "arousal": 0.5},
    "funny": {"valence": 0.9, "register": 0.4},
    "game": {"arousal": 0.5, "vocal": -0.6, "brightness": 0.3},
    "groovy": {"density": 0.7, "drum_level": 0.7, "swing": 0.3},
    "happy": {"valence": 1.4, "arousal": 0.2},
    "heavy": {"drive": 1.3, "arousal": 0.5},
    "holiday": {"valence": 0.7, "family/gospel": 0.3},
    "hopeful": {"valence": 0.8, "arousal": -0.1, "feelings": 0.4},
    "inspiring": {"valence": 0.7, "arousal": 0.2, "reverb": 0.2},
    "love": {"romantic": 1.2},
    "meditative": {"arousal": -1.2, "drum_level": -0.6, "reverb": 0.4},
    "melancholic": {"valence": -1.1, "arousal": -0.6, "sadness": 0.6},
    "melodic": {"drum_level": -0.4, "vocal": 0.3, "register": 0.3},
    "motivational": {"valence": 0.6, "arousal": 0.7},
    "movie": {"vocal": -0.5, "reverb": 0.5},
    "nature": {"arousal": -0.7, "drum_level": -0.8},
    "party": {"arousal": 0.8, "valence": 0.6, "drum_level": 0.5, "shake the audience": 0.7},
    "positive": {"valence": 1.1, "arousal": 0.3},
    "powerful": {"arousal": 1.0, "drive": 0.6, "loudness": 0.4},
    "relaxing": {"arousal": -1.1, "valence": 0.2},
    "retro": {"year": -1.2, "lofi": 0.6},
    "romantic": {"romantic": 0.9, "arousal": -0.5, "valence": 0.3},
    "sad": {"valence": -1.2, "arousal": -0.6, "sadness": 0.7},
    "sexy": {"arousal": -0.2, "swing": 0.4, "like/girls": 0.6, "dating": 0.5},
    "slow": {"tempo": -1.4, "arousal": -0.3},
    "soft": {"arousal": -0.9, "drive": -0.5, "loudness": -0.4},
    "soundscape": {"arousal": -0.8, "vocal": -0.7, "reverb": 0.8, "drum_level": -0.7},
    "space": {"reverb": 0.9, "vocal": -0.5, "brightness": 0.3},
    "sport": {"arousal": 1.1, "drum_level": 0.5},
    "summer": {"valence": 0.9, "arousal": 0.3},
    "trailer": {"arousal": 0.6, "vocal": -0.6, "reverb": 0.4},
    "travel": {"valence": 0.4, "movement/places": 0.8},
    "upbeat": {"valence": 0.8, "tempo": 0.7, "arousal": 0.5},
    "uplifting": {"valence": 0.9, "arousal": 0.6},
}
# fmt: on
