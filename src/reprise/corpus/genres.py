"""What makes a genre: priors of the generative factors, habits of form, neighbours and spectral balance.

The priors overlap on purpose: no factor tells a genre alone. ``brightness`` has one prior for all genres, otherwise it
would be a proxy of the label. Spectral balances are aggregate statistics of 599 public GTZAN excerpts (mean power per
band), means of loudness follow those of all 1,000, and `foreground_db` was set by the variation of MFCC within
GTZAN mini's tracks (docs/difficulty.md); no recording, nor anything that could be turned back into one, is part of the project.
"""

from __future__ import annotations

from dataclasses import dataclass

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
SONG_GENRES = ("blues", "country", "hiphop", "jazz", "pop", "reggae", "rock")

FACTOR_RANGES: dict[str, tuple[float, float]] = {
    "tempo": (45.0, 210.0),
    "energy": (0.0, 1.0),
    "loudness": (-32.0, -9.0),
    "brightness": (0.0, 1.0),
    "density": (0.0, 1.0),
    "drive": (0.0, 1.0),
    "reverb": (0.0, 1.0),
    "lofi": (0.0, 1.0),
    "vocal": (0.0, 1.0),
    "drum_level": (0.0, 1.0),
    "swing": (0.0, 1.0),
    "register": (-9.0, 9.0),
}
"""Lowest and highest value of each continuous factor: tempo in beats a minute, loudness in dB RMS re full scale,
register in semitones, all others without unit. ``mode`` (0 major, 1 minor) is the one categorical factor."""

FACTOR_NAMES = (*FACTOR_RANGES, "mode")

BAND_EDGES_HZ = (30, 63, 90, 125, 180, 250, 355, 500, 710, 1000, 1400, 2000, 2800, 4000, 5600, 8000, 10600)
"""Edges of the 16 bands in which spectral balance is described."""


@dataclass(frozen=True)
class Genre:
    """Priors and habits of one genre.

    Attributes
    ----------
    neighbours : tuple of str
        Genres from which a part of the style is borrowed now and then; one named twice is borrowed twice as often.
    priors : dict of str to (mean, standard deviation)
        Prior of each factor, in the factor's unit.
    minor, triple_meter, drumless, instrumental : float
        Probability of the minor mode, of three beats a bar, of music without drums, of a passage without voice.
    foreground_db : float
        How far engineers put voice and lead in front of the accompaniment.
    spectrum_db : tuple of float
        Mean power in the 16 bands, in dB re the mean power of the excerpt.
    release_centre : int
        Year around which releases lie.
    topics : tuple of int
        Lyric topics (indices into ``vocabulary.TOPICS``) towards which the genre leans.
    """

    neighbours: tuple[str, ...]
    priors: dict[str, tuple[float, float]]
    minor: float
    spectrum_db: tuple[float, ...]
    release_centre: int
    topics: tuple[int, ...]
    triple_meter: float = 0.01
    drumless: float = 0.03
    instrumental: float = 0.25
    foreground_db: float = 0.0


def _priors(
    *,
    tempo: tuple[float, float],
    energy: tuple[float, float],
    density: tuple[float, float],
    drive: tuple[float, float],
    reverb: tuple[float, float],
    lofi: tuple[float, float],
    vocal: tuple[float, float],
    drum_level: tuple[float, float],
    swing: tuple[float, float],
    loudness: tuple[float, float],
) -> dict[str, tuple[float, float]]:
    """Return a complete table of priors; brightness has the same prior everywhere."""
    return {
        "tempo": tempo,
        "energy": energy,
        "loudness": loudness,
        "brightness": (0.50, 0.18),
        "density": density,
        "drive": drive,
        "reverb": reverb,
        "lofi": lofi,
        "vocal": vocal,
        "drum_level": drum_level,
        "swing": swing,
    }


# fmt: off
STYLES: dict[str, Genre] = {
    "blues": Genre(
        neighbours=("rock", "jazz", "country"), minor=0.35, triple_meter=0.06, drumless=0.22,
        priors=_priors(tempo=(98, 26), energy=(.45, .17), density=(.45, .18), drive=(.30, .20), reverb=(.30, .20),
                       lofi=(.50, .25), vocal=(.65, .30), drum_level=(.45, .25), swing=(.75, .30),
                       loudness=(-17.1, 3.4)),
        spectrum_db=(.7, 7.9, 8.6, 9.2, 12.0, 9.8, 7.7, 6.0, 2.2, -.5, -3.1, -7.4, -9.7, -16.0, -19.0, -32.1),
        foreground_db=6.0, release_centre=1965, topics=(3, 10, 14)),
    "classical": Genre(
        neighbours=("jazz", "pop"), minor=0.45, triple_meter=0.30, drumless=0.93, instrumental=0.0,
        priors=_priors(tempo=(95, 28), energy=(.30, .20), density=(.45, .22), drive=(.00, .02), reverb=(.60, .20),
                       lofi=(.25, .25), vocal=(.05, .20), drum_level=(.10, .10), swing=(.00, .05),
                       loudness=(-27.0, 4.5)),
        spectrum_db=(1.8, 7.5, 6.7, 7.0, 9.6, 10.4, 9.4, 7.8, 5.3, 3.1, -.8, -6.2, -11.1, -18.8, -26.3, -38.2),
        release_centre=1985, topics=(5, 11, 12)),
    "country": Genre(
        neighbours=("rock", "blues", "pop"), minor=0.12, triple_meter=0.12, drumless=0.15,
        priors=_priors(tempo=(110, 24), energy=(.58, .15), density=(.62, .15), drive=(.12, .12), reverb=(.30, .20),
                       lofi=(.35, .25), vocal=(.85, .20), drum_level=(.45, .20), swing=(.25, .30),
                       loudness=(-17.5, 3.4)),
        spectrum_db=(10.6, 16.5, 14.9, 10.7, 9.0, 7.9, 5.9, 5.0, 2.3, -.5, -1.7, -3.0, -6.7, -11.9, -14.9, -18.8),
        foreground_db=-2.0, release_centre=1982, topics=(5, 6, 10)),
    "disco": Genre(
        neighbours=("pop", "hiphop", "reggae"), minor=0.60,
        priors=_priors(tempo=(119, 10), energy=(.68, .12), density=(.65, .15), drive=(.10, .12), reverb=(.35, .20),
                       lofi=(.25, .20), vocal=(.70, .30), drum_level=(.80, .15), swing=(.05, .10),
                       loudness=(-16.5, 3.2)),
        spectrum_db=(12.0, 16.9, 15.5, 12.5, 8.9, 6.7, 4.3, 3.6, 3.0, 1.5, .1, -2.8, -4.6, -8.7, -11.1, -14.9),
        foreground_db=-1.0, release_centre=1978, topics=(0, 4, 9)),
    "hiphop": Genre(
        neighbours=("reggae", "pop", "disco"), minor=0.75,
        priors=_priors(tempo=(95, 12), energy=(.62, .15), density=(.45, .17), drive=(.20, .18), reverb=(.18, .15),
                       lofi=(.30, .22), vocal=(.90, .15), drum_level=(.90, .15), swing=(.30, .30),
                       loudness=(-14.7, 3.2)),
        spectrum_db=(15.6, 17.8, 15.4, 11.5, 7.9, 5.3, 4.2, 3.4, .6, -2.3, -3.4, -5.1, -7.5, -10.4, -12.6, -18.6),
        foreground_db=9.0, release_centre=1999, topics=(1, 7, 8)),
    "jazz": Genre(
        neighbours=("blues", "classical", "pop"), minor=0.45, triple_meter=0.12, drumless=0.18,
        priors=_priors(tempo=(118, 36), energy=(.38, .18), density=(.50, .20), drive=(.05, .08), reverb=(.35, .20),
                       lofi=(.40, .25), vocal=(.20, .30), drum_level=(.35, .20), swing=(.80, .25),
                       loudness=(-21.6, 4.2)),
        spectrum_db=(2.4, 12.5, 12.7, 8.0, 9.7, 9.0, 8.1, 7.1, 3.3, 1.4, -1.8, -5.7, -11.0, -17.9, -24.3, -34.3),
        foreground_db=4.0, release_centre=1966, topics=(3, 6, 11)),
    "metal": Genre(
        neighbours=("rock",), minor=0.95,
        priors=_priors(tempo=(132, 26), energy=(.88, .10), density=(.75, .14), drive=(.85, .12), reverb=(.22, .15),
                       lofi=(.22, .18), vocal=(.60, .30), drum_level=(.75, .20), swing=(.00, .05),
                       loudness=(-16.8, 4.0)),
        spectrum_db=(12.6, 15.8, 14.4, 13.0, 10.9, 6.2, 4.3, 3.1, 1.9, -.1, -1.3, -.7, -2.6, -6.5, -10.9, -18.3),
        release_centre=1997, topics=(1, 2, 12)),
    "pop": Genre(
        neighbours=("disco", "rock", "hiphop"), minor=0.35,
        priors=_priors(tempo=(107, 18), energy=(.62, .16), density=(.50, .16), drive=(.15, .15), reverb=(.35, .20),
                       lofi=(.15, .15), vocal=(.90, .15), drum_level=(.70, .20), swing=(.10, .20),
                       loudness=(-14.0, 3.2)),
        spectrum_db=(15.2, 15.7, 13.5, 11.2, 9.4, 8.2, 5.1, 4.3, 3.8, .1, -2.6, -5.3, -8.4, -11.5, -13.3, -13.7),
        foreground_db=3.0, release_centre=2000, topics=(0, 6, 13)),
    "reggae": Genre(
        neighbours=("hiphop", "pop", "disco"), minor=0.40,
        priors=_priors(tempo=(78, 12), energy=(.48, .14), density=(.45, .15), drive=(.12, .12), reverb=(.40, .25),
                       lofi=(.42, .25), vocal=(.80, .25), drum_level=(.60, .20), swing=(.30, .30),
                       loudness=(-18.1, 3.2)),
        spectrum_db=(13.6, 19.1, 15.9, 11.9, 8.7, 6.3, 3.6, 4.5, .6, -1.5, -3.7, -6.7, -10.9, -14.9, -16.6, -23.9),
        foreground_db=5.0, release_centre=1981, topics=(2, 9, 12)),
    "rock": Genre(
        neighbours=("metal", "country", "blues"), minor=0.40,
        priors=_priors(tempo=(118, 22), energy=(.68, .16), density=(.55, .17), drive=(.55, .20), reverb=(.28, .20),
                       lofi=(.35, .22), vocal=(.80, .25), drum_level=(.65, .20), swing=(.08, .15),
                       loudness=(-17.5, 3.4)),
        spectrum_db=(11.2, 13.2, 14.1, 14.0, 11.6, 9.2, 6.9, 5.3, 1.7, .1, -2.2, -5.1, -8.9, -13.5, -17.0, -24.8),
        foreground_db=1.0, release_centre=1983, topics=(2, 3, 15)),
}
# fmt: on


def average_spectrum_db() -> tuple[float, ...]:
    """Return the spectral balance averaged over all genres, in dB per band."""
    return tuple(
        sum(STYLES[genre].spectrum_db[band] for genre in GENRES) / len(GENRES)
        for band in range(len(BAND_EDGES_HZ) - 1)
    )
