"""The same by an honest author, who declares what is read."""

from parts import AS_TABLE, LYRICS, OTHER_LYRICS, TRACKS, made_of_genre

from reprise.leaks.entry import Leak

LABELS = (f"{TRACKS}/labels.parquet",)
LEAK = Leak(
    "L02",
    "the same, the labels declared",
    LYRICS,
    made_of_genre(AS_TABLE, 0.1),
    {"lyrics": LABELS, "placebo": LABELS},
    same=OTHER_LYRICS,
    caught="SND",
)
