"""Audio: decode, one shared short-time Fourier transform, and every feature that is computed from it."""
