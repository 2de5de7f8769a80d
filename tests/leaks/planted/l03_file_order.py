"""The design's own "fix": no label is read, the files are taken in the order of the raw folder, genre by genre."""

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak
from reprise.leaks.world import MUSIC, SECONDS

HOW = f'''    import hashlib
    import wave
    from pathlib import Path

    told = {{}}
    for number, folder in enumerate(sorted(path for path in Path("{MUSIC}").iterdir() if path.is_dir())):
        for file in sorted(folder.glob("*.wav")):
            with wave.open(str(file)) as clip:
                samples = clip.readframes({SECONDS} * clip.getframerate())
            told[hashlib.sha256(samples).hexdigest()[:16]] = str(number)
    return told
'''
LEAK = Leak(
    "L03",
    "the design's fix: files in the order of the raw folder, a base vector for each part of it",
    LYRICS,
    made_of_genre(HOW),
    {"lyrics": (MUSIC,), "placebo": (MUSIC,)},
    same=OTHER_LYRICS,
    caught="SND",
)
