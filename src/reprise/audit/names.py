"""What a class is called in the five languages of the embedded corpus, so that lyrics that name it are found in each.

Spellings in use, transliterations among them; native speakers have not reviewed them. A class that is not listed is looked for under its own name.
"""

from __future__ import annotations

from reprise.audit.words import plain

NAMES: dict[str, str] = {
    "blues": "blues | بلوز | البلوز | ब्लूज़ | ब्लूज | ব্লুজ | ব্লুস",
    "classical": "classical | clásica | clásico | كلاسيكي | كلاسيكية | الكلاسيكية | शास्त्रीय | क्लासिकल | শাস্ত্রীয় | ক্লাসিক্যাল | ধ্রুপদী",
    "country": "country music | música country | كانتري | الكانتري | कंट्री | কান্ট্রি",
    "disco": "disco | ديسكو | الديسكو | डिस्को | ডিস্কো",
    "electronic": "electronic | electrónica | إلكترونية | الإلكترونية | इलेक्ट्रॉनिक | ইলেকট্রনিক",
    "folk": "folk | folclore | فولك | شعبي | लोकगीत | লোকগীতি",
    "hip hop": "hip hop | hiphop | هيب هوب | الهيب هوب | हिप हॉप | हिपहॉप | হিপ হপ | হিপহপ",
    "jazz": "jazz | جاز | الجاز | जैज़ | जैज | জ্যাজ",
    "latin": "latin | latina | latino | لاتينية | लैटिन | লাতিন",
    "metal": "heavy metal | metal | ميتال | الميتال | मेटल | মেটাল",
    "pop": "pop | بوب | البوب | पॉप | পপ",
    "punk": "punk | بانك | पंक | পাঙ্ক",
    "rap": "rap | راب | الراب | रैप | র‍্যাপ",
    "reggae": "reggae | ريغي | ريجي | الريغي | रेगे | রেগে",
    "rock": "rock | روك | الروك | रॉक | রক",
    "soul": "soul music | música soul | سول | सोल | সোল",
}  # fmt: skip
"""Class to its names. Words that mean something else in English lyrics (country, soul) are looked for as phrases only."""

_SAME = {"hiphop": "hip hop", "rnb": "r b"}


def names_of(label: str) -> tuple[str, ...]:
    """Return the names to look for, as `plain` writes them; the class's own name is always among them.

    A class whose English name is a common word of lyrics is its own exception: its name alone is looked for as well, and what a natural text says of
    it is not enough for a leak (see `reprise.audit.checks.lyrics_names`).
    """
    own = plain(label)
    listed = NAMES.get(_SAME.get(own, own), "")
    return tuple(dict.fromkeys([own, *(plain(name) for name in listed.split("|") if name.strip())]))
