"""Compile the audio loops by using each of them once: ``python -m reprise.audio.warm``."""

from __future__ import annotations

import numpy as np

from reprise.audio.features import extract
from reprise.audio.settings import AudioSettings


def main() -> None:
    """Extract the features of some noise, as samples of both kinds."""
    noise = np.random.default_rng(0).standard_normal(8 * 22_050)
    extract((3000 * noise).astype(np.int16), AudioSettings())
    extract((0.1 * noise).astype(np.float32), AudioSettings())


if __name__ == "__main__":
    main()
