"""Timbres of the pitched instruments: how the harmonics are weighted and how they grow and fade.

All instruments share one engine (`instruments.Instrument`): a harmonic series in five bands, each with an envelope of its
own. A patch says what differs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patch:
    """A timbre.

    Attributes
    ----------
    rolloff : float
        Harmonic k has amplitude k ** -rolloff.
    even : float
        Weight of the even harmonics (0: a closed pipe or a square wave).
    pluck : float or None
        Where a string is plucked, as a part of its length; harmonics with a node there are missing. None: not plucked.
    body : tuple of (frequency in Hz, bandwidth in Hz, gain)
        Resonances of the body or bell.
    attack, bloom : float
        Seconds to full level; `bloom` is what the highest band needs in addition.
    decay, damping, sustain : float
        Seconds to 1/e of what is not sustained, how much faster high harmonics fade, level that stays.
    release : float
        Seconds of sound after the end of the note.
    vibrato : float
        Depth in semitones.
    ensemble : float
        How many times the track's detuning two more voices are apart; 0: a single voice.
    breath : float
        Level of breath, bow or pick noise.
    sustained : bool
        Whether the instrument may hold chords for whole bars.
    driven : bool
        Whether it goes through an overdriven amplifier.
    """

    rolloff: float
    even: float = 1.0
    pluck: float | None = None
    body: tuple[tuple[float, float, float], ...] = ()
    attack: float = 0.004
    bloom: float = 0.0
    decay: float = 1.0
    damping: float = 0.5
    sustain: float = 0.0
    release: float = 0.12
    vibrato: float = 0.0
    ensemble: float = 0.0
    breath: float = 0.0
    sustained: bool = False
    driven: bool = False

    @property
    def plucked(self) -> bool:
        """Whether the instrument has plucked strings."""
        return self.pluck is not None


WOOD = ((105.0, 60.0, 0.5), (220.0, 90.0, 0.4))
REED = ((550.0, 250.0, 0.5), (1500.0, 400.0, 0.5))

# fmt: off
PATCHES: dict[str, Patch] = {
    # plucked strings
    "nylon_guitar": Patch(1.35, pluck=0.25, body=WOOD, decay=1.1, damping=0.75),
    "steel_guitar": Patch(0.95, pluck=0.18, body=WOOD, decay=1.5, damping=0.55, breath=0.02),
    "jazz_guitar": Patch(1.60, pluck=0.30, decay=1.0, damping=0.70),
    "clean_guitar": Patch(1.00, pluck=0.15, decay=1.6, damping=0.50),
    "muted_guitar": Patch(1.05, pluck=0.12, decay=0.10, damping=0.35, breath=0.03),
    "overdriven_guitar": Patch(0.80, pluck=0.14, decay=2.6, damping=0.35, sustain=0.25, driven=True),
    "distorted_guitar": Patch(0.70, pluck=0.12, decay=3.2, damping=0.30, sustain=0.35, driven=True),
    "banjo": Patch(0.75, pluck=0.10, body=((420.0, 200.0, 0.8), (900.0, 300.0, 0.6)), decay=0.28, damping=0.35),
    "harp": Patch(1.50, pluck=0.45, decay=1.6, damping=0.70),
    "harpsichord": Patch(0.70, pluck=0.10, decay=1.2, damping=0.40, breath=0.02),
    "clavinet": Patch(0.75, pluck=0.08, decay=0.6, damping=0.35),
    # basses
    "upright_bass": Patch(1.90, pluck=0.35, body=((95.0, 50.0, 0.6),), decay=0.7, damping=0.80, breath=0.01),
    "finger_bass": Patch(1.60, pluck=0.22, decay=1.2, damping=0.60),
    "pick_bass": Patch(1.20, pluck=0.12, decay=1.4, damping=0.45, breath=0.02),
    "fretless_bass": Patch(1.70, pluck=0.30, decay=1.8, damping=0.50, attack=0.02, vibrato=0.12),
    "slap_bass": Patch(0.95, pluck=0.08, decay=0.9, damping=0.60, breath=0.03),
    "synth_bass": Patch(1.00, decay=0.35, damping=0.60, sustain=0.5, ensemble=0.5),
    "sub_bass": Patch(2.80, decay=0.9, sustain=0.3, release=0.2),
    # keys and mallets
    "piano": Patch(1.40, pluck=0.12, decay=2.4, damping=0.60, release=0.25, ensemble=0.15, breath=0.01),
    "electric_piano": Patch(2.10, body=((1800.0, 900.0, 0.5),), decay=1.4, damping=0.80, release=0.25),
    "vibraphone": Patch(2.60, body=((1500.0, 500.0, 2.0),), decay=1.6, damping=0.60, release=1.0),
    "organ": Patch(1.30, even=0.8, attack=0.006, sustain=1.0, release=0.06, vibrato=0.12, sustained=True),
    # blown and bowed
    "harmonica": Patch(1.10, body=REED, attack=0.04, sustain=0.85, vibrato=0.25, breath=0.05),
    "alto_sax": Patch(1.30, even=0.5, body=REED, attack=0.03, bloom=0.05, sustain=0.85, vibrato=0.25, breath=0.08),
    "tenor_sax": Patch(1.40, even=0.6, body=REED, attack=0.03, bloom=0.05, sustain=0.85, vibrato=0.25, breath=0.10),
    "oboe": Patch(1.05, body=((1100.0, 400.0, 0.7),), attack=0.04, sustain=0.9, vibrato=0.2, breath=0.03),
    "clarinet": Patch(1.35, even=0.15, attack=0.04, sustain=0.9, vibrato=0.1, breath=0.04),
    "bassoon": Patch(1.30, body=((480.0, 200.0, 0.8),), attack=0.04, sustain=0.9, vibrato=0.1, breath=0.03),
    "flute": Patch(2.50, attack=0.05, sustain=0.9, vibrato=0.3, breath=0.20),
    "trumpet": Patch(1.15, attack=0.03, bloom=0.10, sustain=0.8, vibrato=0.2, breath=0.03),
    "french_horn": Patch(1.70, attack=0.05, bloom=0.12, sustain=0.85, breath=0.03, sustained=True),
    "brass_section": Patch(1.10, attack=0.03, bloom=0.08, sustain=0.8, ensemble=2.0, breath=0.03),
    "violin": Patch(1.30, body=((460.0, 200.0, 0.5), (2600.0, 900.0, 0.5)), attack=0.07, sustain=0.85, vibrato=0.35,
                    breath=0.05),
    "fiddle": Patch(1.15, body=((500.0, 200.0, 0.5), (2800.0, 900.0, 0.5)), attack=0.04, sustain=0.85, vibrato=0.2,
                    breath=0.07),
    "cello": Patch(1.40, body=((230.0, 100.0, 0.6),), attack=0.07, sustain=0.85, vibrato=0.25, breath=0.04),
    "contrabass": Patch(1.50, body=((120.0, 60.0, 0.6),), attack=0.09, sustain=0.85, vibrato=0.15, breath=0.04),
    # ensembles and synthesizers
    "strings": Patch(1.20, attack=0.08, sustain=0.85, release=0.35, vibrato=0.2, ensemble=3.0, sustained=True),
    "slow_strings": Patch(1.25, attack=0.30, bloom=0.1, sustain=0.9, release=0.5, vibrato=0.2, ensemble=3.0,
                          sustained=True),
    "synth_strings": Patch(1.10, attack=0.10, sustain=0.9, release=0.35, ensemble=3.5, sustained=True),
    "warm_pad": Patch(1.75, attack=0.28, bloom=0.2, sustain=0.9, release=0.45, ensemble=3.0, sustained=True),
    "bright_pad": Patch(1.10, attack=0.12, bloom=0.2, sustain=0.85, release=0.4, ensemble=3.0, sustained=True),
    "saw_lead": Patch(1.00, attack=0.01, decay=0.5, sustain=0.6, release=0.15, vibrato=0.15, ensemble=2.0),
    "square_lead": Patch(1.00, even=0.0, attack=0.01, decay=0.5, sustain=0.6, release=0.15, vibrato=0.15, ensemble=1.0),
}
# fmt: on
