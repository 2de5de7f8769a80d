"""How much of a latent space is in use.

Conventions
-----------
- *Latents* are rows of a real matrix ``(n, latent_dim)``. Their scale is arbitrary, so units are judged relative to the
  liveliest one.

Metrics
-------
- :func:`live_share` : share of units that vary over tracks, in [0, 1]; 0 for a collapsed encoder.
- :func:`effective_dimensions` : participation ratio of the principal variances, 1 (a line) to latent_dim (a ball).

References
----------
.. [1] Burda, Grosse, Salakhutdinov: Importance weighted autoencoders. arXiv 1509.00519, section 5.2 (active units).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

RELATIVE_DEVIATION = 0.05
"""A unit whose standard deviation is below this share of the liveliest unit's carries next to nothing."""
LEAST_DEVIATION = 1e-9


def threshold(latents: NDArray[Any]) -> float:
    """Return the standard deviation above which a unit counts as live."""
    return max(RELATIVE_DEVIATION * float(latents.std(axis=0, dtype=np.float64).max()), LEAST_DEVIATION)


def live_share(latents: NDArray[Any]) -> float:
    """Return the share of units whose standard deviation over tracks is above the threshold [1]_, in [0, 1]."""
    return float((latents.std(axis=0, dtype=np.float64) > threshold(latents)).mean())


def effective_dimensions(latents: NDArray[Any]) -> float:
    """Return (sum of variances)² / (sum of squared variances) along principal axes; 0 for constant latents."""
    values = latents.astype(np.float64)
    variances = np.linalg.svd(values - values.mean(axis=0), compute_uv=False) ** 2
    total = float(variances.sum())
    return 0.0 if total == 0.0 else total**2 / float(np.square(variances).sum())
