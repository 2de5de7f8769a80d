"""Who plays: line-ups of instruments (named in ``patches.PATCHES``) and drum kits, by genre."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """A line-up: bass, one or two accompanying instruments, the candidates for the lead, and a drum kit."""

    bass: str
    accompaniment: tuple[str, ...]
    lead: tuple[str, ...]
    kit: str


# fmt: off
BANDS: dict[str, tuple[Band, ...]] = {
    "blues": (
        Band("finger_bass", ("clean_guitar",), ("harmonica", "clean_guitar"), "acoustic"),
        Band("upright_bass", ("piano",), ("tenor_sax", "piano"), "brushes"),
        Band("finger_bass", ("overdriven_guitar", "piano"), ("overdriven_guitar",), "room"),
        Band("finger_bass", ("steel_guitar",), ("harmonica", "steel_guitar"), "acoustic"),
        Band("pick_bass", ("clean_guitar", "organ"), ("clean_guitar",), "power"),
    ),
    "classical": (
        Band("cello", ("strings",), ("violin",), "orchestra"),
        Band("cello", ("piano",), ("piano",), "orchestra"),
        Band("cello", ("harpsichord",), ("flute",), "orchestra"),
        Band("bassoon", ("strings", "french_horn"), ("clarinet", "oboe"), "orchestra"),
        Band("cello", ("nylon_guitar",), ("nylon_guitar",), "orchestra"),
        Band("contrabass", ("slow_strings", "harp"), ("flute", "violin"), "orchestra"),
    ),
    "country": (
        Band("upright_bass", ("steel_guitar",), ("fiddle", "steel_guitar"), "brushes"),
        Band("finger_bass", ("steel_guitar", "clean_guitar"), ("clean_guitar",), "acoustic"),
        Band("finger_bass", ("steel_guitar", "piano"), ("fiddle",), "acoustic"),
        Band("upright_bass", ("banjo", "steel_guitar"), ("banjo", "harmonica"), "brushes"),
        Band("finger_bass", ("steel_guitar", "strings"), ("jazz_guitar",), "room"),
    ),
    "disco": (
        Band("finger_bass", ("muted_guitar", "strings"), ("synth_strings",), "acoustic"),
        Band("slap_bass", ("clean_guitar", "brass_section"), ("trumpet",), "power"),
        Band("synth_bass", ("electric_piano", "synth_strings"), ("saw_lead",), "electronic"),
        Band("finger_bass", ("muted_guitar", "clavinet"), ("strings",), "room"),
    ),
    "hiphop": (
        Band("sub_bass", ("electric_piano",), ("flute",), "machine"),
        Band("synth_bass", ("piano", "strings"), ("saw_lead",), "machine"),
        Band("finger_bass", ("electric_piano", "muted_guitar"), ("trumpet",), "power"),
        Band("sub_bass", ("synth_strings",), ("vibraphone",), "electronic"),
        Band("fretless_bass", ("jazz_guitar",), ("tenor_sax",), "machine"),
    ),
    "jazz": (
        Band("upright_bass", ("piano",), ("tenor_sax",), "jazz"),
        Band("upright_bass", ("jazz_guitar",), ("trumpet",), "brushes"),
        Band("upright_bass", ("piano",), ("piano",), "jazz"),
        Band("upright_bass", ("vibraphone", "piano"), ("alto_sax",), "brushes"),
        Band("fretless_bass", ("electric_piano",), ("alto_sax",), "room"),
        Band("upright_bass", ("piano",), ("vibraphone",), "jazz"),
    ),
    "metal": (
        Band("pick_bass", ("distorted_guitar",), ("distorted_guitar",), "power"),
        Band("finger_bass", ("distorted_guitar", "distorted_guitar"), ("distorted_guitar",), "power"),
        Band("pick_bass", ("overdriven_guitar", "distorted_guitar"), ("overdriven_guitar",), "room"),
        Band("pick_bass", ("distorted_guitar", "warm_pad"), ("distorted_guitar",), "power"),
    ),
    "pop": (
        Band("finger_bass", ("electric_piano", "warm_pad"), ("saw_lead",), "electronic"),
        Band("synth_bass", ("synth_strings", "bright_pad"), ("square_lead",), "machine"),
        Band("finger_bass", ("steel_guitar", "strings"), ("flute",), "acoustic"),
        Band("finger_bass", ("piano", "clean_guitar"), ("clean_guitar",), "room"),
        Band("sub_bass", ("warm_pad", "saw_lead"), ("bright_pad",), "electronic"),
    ),
    "reggae": (
        Band("finger_bass", ("clean_guitar", "organ"), ("organ",), "acoustic"),
        Band("finger_bass", ("muted_guitar", "organ"), ("trumpet",), "room"),
        Band("fretless_bass", ("clean_guitar", "piano"), ("tenor_sax",), "acoustic"),
        Band("synth_bass", ("clean_guitar", "organ"), ("harmonica",), "power"),
    ),
    "rock": (
        Band("pick_bass", ("overdriven_guitar",), ("overdriven_guitar",), "power"),
        Band("finger_bass", ("overdriven_guitar", "clean_guitar"), ("distorted_guitar",), "room"),
        Band("pick_bass", ("distorted_guitar", "organ"), ("overdriven_guitar",), "power"),
        Band("finger_bass", ("steel_guitar", "overdriven_guitar"), ("clean_guitar",), "acoustic"),
        Band("finger_bass", ("clean_guitar", "piano"), ("organ",), "room"),
    ),
}
# fmt: on
