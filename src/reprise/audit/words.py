r"""Words of a text in any script, so that a count of words means the same in English, Arabic and Bangla.

``\w`` of Python's regular expressions does not match the vowel signs of Indic scripts: it cuts a Hindi word into its consonants. Here a word is a run
of letters, marks and digits (Unicode categories L, M, N).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def words(text: str) -> list[str]:
    """Return the words of a text: composed form (NFC), case folded."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return "".join(character if _belongs(character) else " " for character in folded).split()


def plain(text: str) -> str:
    """Return the words of a text with one space between them."""
    return " ".join(words(text))


@lru_cache(maxsize=4096)
def _belongs(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"
