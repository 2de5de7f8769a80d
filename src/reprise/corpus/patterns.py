"""Grooves, bass lines, accompaniment rhythms and chord progressions of each genre, as short strings.

One character is a sixteenth note, sixteen to a bar (the first twelve of them in three-four time); ``.`` is a rest and
``-`` holds the note before.

* drums: a digit is the velocity, 1 to 9;
* bass: degree of the chord: ``r`` root, ``t`` third, ``f`` fifth, ``s`` sixth, ``o`` octave, ``w`` a step to the next;
* accompaniment: ``x`` the chord, a digit one of its notes, counted from the lowest;
* progressions: Roman numerals, one a bar; lower case is minor, ``b`` flattens, ``7``/``M`` add a seventh and ``5`` is a
  power chord.
"""

from __future__ import annotations

from dataclasses import dataclass

Groove = dict[str, str]
"""Drum name to pattern; the drum named last keeps the time and is the one thinned out at low density."""


@dataclass(frozen=True)
class Patterns:
    """The vocabulary from which a track of a genre takes its rhythm section and harmony."""

    grooves: tuple[Groove, ...]
    bass: tuple[str, ...]
    accompaniment: tuple[str, ...]
    progressions: tuple[str, ...]


# fmt: off
PATTERNS: dict[str, Patterns] = {
    "blues": Patterns(
        grooves=(
            {"kick": "9...5...9...5...", "closed_hat": "....8.......8..."},
            {"kick": "9.......9.......", "snare": "....9.......9...", "closed_hat": "8...8..78...8..7"},
            {"kick": "9.....9.9.5.....", "snare": "....8.......8...", "ride": "8..87..88..87..8"},
        ),
        bass=("r-------r---f---", "r---r--rf---s--f", "r--rt--ts--sf--t"),
        accompaniment=("......x-......x-", "0--12--10--12--1", "x---x-x-x---x-x-", "x-xx-xx-xx-xx-xx"),
        progressions=("I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7", "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 V7 I7 I7",
                      "i7 i7 i7 i7 iv7 iv7 i7 i7", "i7 i7 iv7 i7 V7 iv7 i7 i7"),
    ),
    "classical": Patterns(
        grooves=({"kick": "4..............."}, {"snare": "3...2...2...2..."}),
        bass=("r---------------", "r-------f-------", "r---o---f---o---"),
        accompaniment=("x---------------", "x---x---x---x---", "0-2-1-2-0-2-1-2-", "0-1-2-3-2-1-2-1-",
                       "0212021202120212"),
        progressions=("I V I IV I ii V I", "I vi ii V", "I IV V I", "i iv V i i VI iv V", "i VI iv V"),
    ),
    "country": Patterns(
        grooves=(
            {"kick": "9.......9.......", "snare": "....7.......7...", "closed_hat": "7.4.8.4.7.4.8.4."},
            {"kick": "8.......8.......", "snare": "....9.......9...", "closed_hat": "8.8.8.8.8.8.8.8."},
            {"kick": "9.......9.......", "brush": "4.4.8.4.4.4.8.44"},
        ),
        bass=("r-------f-------", "r---....f---....", "r---r-w-f---f-w-"),
        accompaniment=("....x-......x-x-", "x-..x-x-x-..x-x-", "0-2-1-2-0-2-1-2-", "0212321202123212"),
        progressions=("I I IV I I I V V", "I IV V I", "I I IV IV V V I I", "I vi IV V", "i bVII i bVII"),
    ),
    "disco": Patterns(
        grooves=(
            {"kick": "9...9...9...9...", "snare": "....9.......9...", "open_hat": "..9...9...9...9.",
             "closed_hat": "8...8...8...8..."},
            {"kick": "9...9...9...9...", "snare": "....9.......9...", "open_hat": "..7...7...7...7.",
             "closed_hat": "8.688.688.688.68"},
            {"kick": "9...9...9...9...", "snare": "....8.......8..4", "clap": "....8.......8...",
             "closed_hat": "8686868686868686"},
        ),
        bass=("r...r.o.r..rr.o.", "r.o.r.o.r.o.r.o.", "r.rro.r.r.rrf.o."),
        accompaniment=("x---------------", "..x...x...x...x.", "..xx..x...xx..x.", "xxx.xxx.xx.xxxx."),
        progressions=("i7 i7 iv7 iv7", "i bVII bVI V", "I vi ii V", "ii7 ii7 V7 V7", "I7 I7 IV7 IV7"),
    ),
    "hiphop": Patterns(
        grooves=(
            {"kick": "9.........9..9..", "snare": "....9.......9...", "clap": "....7.......7...",
             "closed_hat": "8.888.888.8.8888"},
            {"kick": "9......9..9.....", "snare": "....9.......9...", "closed_hat": "8.8.8.8.8.8.8.8."},
            {"kick": "9..9......9.....", "snare": "....9.......9...", "closed_hat": "8.868.8.8.868.86"},
            {"kick": "9.....9...9..9..", "snare": "....9.......9..5", "closed_hat": "8.8.8.868.8.8.86"},
        ),
        bass=("r---------r-f---", "r-----r---.r....", "r--r--..r---..w."),
        accompaniment=("x---------------", "x-----x---------", "0---2---1---3---", "x--x--x---------"),
        progressions=("i i bVI bVI", "i iv", "i7 i7 i7 i7", "bVI bVII i i", "I I IV IV", "I7 I7 ii7 ii7"),
    ),
    "jazz": Patterns(
        grooves=(
            {"kick": "......5.......4.", "snare": "...4......4.....", "pedal_hat": "....7.......7...",
             "ride": "8..68...8..68..6"},
            {"kick": "5...4...5...4...", "snare": "...3.....4...3..", "pedal_hat": "....6.......6...",
             "ride": "8...9..68...9..6"},
            {"kick": "4.......4.......", "brush": "8.3.8..48.3.8..4", "pedal_hat": "....7.......7..."},
        ),
        bass=("r---f---s---w---", "r---t---f---w---", "r---w---r---w---"),
        accompaniment=("......x-....x-..", "..x-......x-....", "x--.....x.......", "x-..x-..x-..x-.."),
        progressions=("ii7 V7 IM IM", "ii7 V7 IM vi7", "I7 I7 IV7 IV7 ii7 V7 IM V7", "iii7 vi7 ii7 V7",
                      "i7 iv7 V7 i7", "i7 i7 iv7 iv7 i7 V7 i7 i7"),
    ),
    "metal": Patterns(
        grooves=(
            {"kick": "9..9..9.9..9..9.", "snare": "....9.......9...", "crash": "8...8...8...8..."},
            {"kick": "9.9.9.9.9.9.9.9.", "snare": "..9...9...9...9.", "ride": "9...9...9...9..."},
            {"kick": "9.999.999.999.99", "snare": "....9.......9...", "crash": "9...9...9...9..."},
            {"kick": "9999999999999999", "snare": "....9.......9...", "ride": "9...9...9...9..."},
        ),
        bass=("r-------r---r---", "r--r--r-r--r--f-", "r.rrr.rrr.rrr.rr", "rrrrrrrrrrrrrrrr"),
        accompaniment=("x---------------", "x--x--x-x--x--x-", "x-----xxx-----xx", "x.xxx.xxx.xxx.xx",
                       "xxxxxxxxxxxxxxxx"),
        progressions=("i5 i5 bII5 i5", "i5 bVI5 bVII5 i5", "i5 i5 bIII5 bII5", "i5 bVII5 bVI5 bVII5",
                      "I5 bVII5 IV5 I5"),
    ),
    "pop": Patterns(
        grooves=(
            {"kick": "9.......9.9.....", "snare": "....9.......9...", "closed_hat": "8.8.8.8.8.8.8.8."},
            {"kick": "9.....9...9.....", "snare": "....9.......9...", "tambourine": "....5.......5...",
             "closed_hat": "8.6.8.6.8.6.8.6."},
            {"kick": "9...9...9...9...", "snare": "....8.......8...", "clap": "....7.......7...",
             "closed_hat": "..8...8...8...8."},
        ),
        bass=("r-------r-----f-", "r---r---r---r---", "r--r--r-r--r--o-", "r-r-r-r-r-r-r-r-"),
        accompaniment=("x---------------", "..x...x...x...x.", "x--x--x--x--x-x-", "x-x-x-x-x-x-x-x-",
                       "0-1-2-1-3-1-2-1-"),
        progressions=("I V vi IV", "vi IV I V", "I vi IV V", "I IV vi V", "i bVI bIII bVII", "i iv bVI V"),
    ),
    "reggae": Patterns(
        grooves=(
            {"kick": "9.......9.......", "snare": "........7.......", "closed_hat": "8.8.8.8.8.8.8.8."},
            {"kick": "........9.......", "snare": "........8.......", "rimshot": "......5.........",
             "closed_hat": "8.6.8.6.8.6.8.6."},
            {"kick": "9...9...9...9...", "snare": "........8.......", "rimshot": "..5.....5..5....",
             "closed_hat": "8.688.688.688.68"},
        ),
        bass=("....r-r-t-f-....", "r---..r-f---....", "r-..r-f-..r-..o-"),
        accompaniment=("....x.......x...", "....x.x.....x.x.", "..x...x...x...x.", "..xx..xx..xx..xx"),
        progressions=("I I IV IV", "I IV V IV", "I ii I ii", "i i bVII bVII", "i iv i iv"),
    ),
    "rock": Patterns(
        grooves=(
            {"kick": "9.......9.......", "snare": "....9.......9...", "open_hat": "9.9.9.9.9.9.9.9."},
            {"kick": "9.......9.9.....", "snare": "....9.......9...", "closed_hat": "8.8.8.8.8.8.8.8."},
            {"kick": "9..9..9...9.....", "snare": "....9.......9...", "ride": "9...9...9...9..."},
            {"kick": "9.9.....9.9....9", "snare": "....9.......9...", "closed_hat": "8.8.8.8.8.8.8.8."},
        ),
        bass=("r-------r-r-f---", "r---r-r-r---r-f-", "r-r-r-r-r-r-r-r-", "r-r-o-r-r-r-f-w-"),
        accompaniment=("x-------x---x---", "x---..x-x---..x-", "x-x-x-x-x-x-x-x-", "x-xxx-x-x-xxx-x-"),
        progressions=("I bVII IV I", "I IV V IV", "I V IV IV", "i bVII bVI bVII", "i bIII bVII IV"),
    ),
}
# fmt: on


def count_onsets(pattern: str) -> int:
    """Return the number of notes that a pattern starts."""
    return sum(step not in ".-" for step in pattern)


def count_groove_onsets(groove: Groove) -> int:
    """Return the number of drum strokes in one bar of a groove."""
    return sum(count_onsets(pattern) for pattern in groove.values())
