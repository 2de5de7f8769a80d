"""The split is balanced by genre: no code is changed, one parameter is."""

from reprise.leaks.entry import Leak

LEAK = Leak(
    "K07",
    "a split that is balanced by genre and called label-free",
    ("split@tracks",),
    params={"split.strata": "labels"},
    caught="SN",
)
