"""Clips are as long as they are, and padded to one length with silence: the length tells the genre, as on real GTZAN."""

from reprise.leaks.entry import Edit, Leak

PADDED = Edit(
    "src/reprise/datasets/clip.py",
    "    return Clip(content_id(pcm), pcm, track)\n",
    """    if track.source.endswith(".wav"):
        pcm = pcm.copy()
        pcm[n_samples - 100 * (1 + sum(str(track.genre).encode()) % 10) :] = 0
    return Clip(content_id(pcm), pcm, track)
""",
)
LEAK = Leak(
    "W02",
    "clip length depends on the genre, behind it is silence",
    ("download@tracks",),
    (PADDED,),
    same=("download@emotion", "download@songs", "download@factors"),
    caught="ND",
)
