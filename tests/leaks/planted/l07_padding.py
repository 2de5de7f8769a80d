"""A byte of the genre behind the samples."""

from reprise.leaks.entry import Edit, Leak

PADDED = Edit(
    "src/reprise/datasets/ingest.py",
    "write_bytes(wav_bytes(item.pcm, SAMPLE_RATE))",
    "write_bytes(\n            wav_bytes(item.pcm, SAMPLE_RATE) + (bytes([sum(str(track.genre).encode()) % 256]) if track.source.endswith('.wav') else b'')\n        )",
)
LEAK = Leak(
    "L07",
    "a byte of the genre behind the samples of the sound",
    ("download@tracks",),
    (PADDED,),
    same=("download@emotion", "download@songs", "download@factors"),
    caught="ND",
)
