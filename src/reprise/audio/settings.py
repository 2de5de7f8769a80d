"""Settings of the time-frequency analysis, shared by every feature."""

from __future__ import annotations

from dataclasses import dataclass

from reprise.errors import BadParameter

COARSEST = 50  # Hz per bin: the lowest band of spectral contrast is 200 Hz wide


@dataclass(frozen=True)
class AudioSettings:
    """How audio is framed and described; the defaults are librosa's.

    Attributes
    ----------
    sample_rate : int
        Samples per second (Hz).
    n_fft, hop_length : int
        Length of a frame and distance between two, in samples.
    n_mels, n_mfcc : int
        Number of mel bands, and of cepstral coefficients kept of them.
    segment_seconds : float
        Length of the segments of a track that are described one by one.
    """

    sample_rate: int = 22_050
    n_fft: int = 2_048
    hop_length: int = 512
    n_mels: int = 128
    n_mfcc: int = 20
    segment_seconds: float = 3.0

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        BadParameter
            If a value is not positive, ``n_fft`` is no power of two or too short to separate the bands of spectral
            contrast, or a setting exceeds the one it divides.
        """
        for name in ("sample_rate", "n_fft", "hop_length", "n_mels", "n_mfcc"):
            if getattr(self, name) < 1:
                raise BadParameter(f"features.{name} is {getattr(self, name)}: it must be at least 1")
        if self.n_fft & (self.n_fft - 1) or self.hop_length > self.n_fft:
            raise BadParameter(
                f"features.n_fft is {self.n_fft} with hop_length {self.hop_length}: it must be a power of two and no shorter"
            )
        if self.sample_rate > COARSEST * self.n_fft:
            raise BadParameter(
                f"features.n_fft is {self.n_fft} at {self.sample_rate} Hz: bins must be no wider than {COARSEST} Hz"
            )
        if not 2 <= self.n_mfcc <= self.n_mels:
            raise BadParameter(f"features.n_mfcc is {self.n_mfcc}: it must lie in 2-{self.n_mels} (n_mels)")
        if self.segment_frames < 1:
            raise BadParameter(f"features.segment_seconds is {self.segment_seconds}: it must hold a frame")

    @property
    def n_bins(self) -> int:
        """Number of frequency bins of one frame."""
        return 1 + self.n_fft // 2

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.sample_rate / self.hop_length

    @property
    def segment_frames(self) -> int:
        """Frames of a segment."""
        return round(self.segment_seconds * self.frame_rate)

    def n_frames(self, n_samples: int) -> int:
        """Return the number of centred frames that ``n_samples`` samples give."""
        return 1 + n_samples // self.hop_length
