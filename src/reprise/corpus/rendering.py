"""From a specification to samples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.corpus.composition import compose
from reprise.corpus.factors import TrackSpec
from reprise.corpus.mastering import master
from reprise.corpus.mixing import mix


def render(spec: TrackSpec) -> npt.NDArray[np.int16]:
    """Compose, perform, mix and master a track.

    Parameters
    ----------
    spec : TrackSpec
        From `factors.draw_spec` or `factors.draw_probe_spec`.

    Returns
    -------
    ndarray of int16, shape (661794,)
        Mono, 22,050 Hz; the same bytes whenever the same specification is rendered with the same libraries.
    """
    return master(spec, mix(spec, compose(spec)))
