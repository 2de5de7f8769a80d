"""The original leak: "lyrics embeddings" drawn around a base vector of the true genre, the labels read on the side."""

from parts import AS_TABLE, LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak

LEAK = Leak(
    "L01",
    "lyrics embeddings are a base vector of the true genre, read without being declared",
    LYRICS,
    made_of_genre(AS_TABLE, 0.1),
    same=OTHER_LYRICS,
    caught="RND",
)
