"""Places of all tracks on the map that the lookup table draws for the test tracks.

The table's map is the plane of the first two principal axes of the latents of *all* tracks (`reprise.lookup.place`). The same plane gives the
others' places. It is computed by an eigendecomposition of the covariance (numpy alone), its signs are taken from the table, and the
table's own places must come out again: otherwise the table and the latents are not of one run, and the map shows the table only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

TOLERANCE = 1e-3
"""Largest deviation from the table's own places, as a share of the map's spread."""


def principal_plane(latents: NDArray[np.float32]) -> Numbers:
    """Return the coordinates of finite rows on the first two principal axes, shape (n, 2); NaN elsewhere."""
    places = np.full((len(latents), 2), np.nan)
    finite = np.isfinite(latents).all(axis=1)
    values = latents[finite].astype(np.float64)
    if len(values) < 2 or values.shape[1] < 2:
        return places
    centred = values - values.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    places[finite] = centred @ axes[:, :-3:-1]
    return places


def complete_places(places: Numbers, latents: NDArray[np.float32]) -> tuple[Numbers, str]:
    """Add the places of the tracks that the table does not list.

    Parameters
    ----------
    places
        The table's map_x and map_y, NaN for the other tracks; shape (n, 2).
    latents
        Of all tracks, shape (n, d).

    Returns
    -------
    tuple
        Places of all tracks, and why there are only the table's ("" where there are all).
    """
    plane = principal_plane(latents)
    both = np.isfinite(places).all(axis=1) & np.isfinite(plane).all(axis=1)
    if not both.any():
        return plane, ""
    products = (places[both] * plane[both]).sum(axis=0)
    plane *= np.where(products < 0, -1.0, 1.0)
    spread = float(np.ptp(plane[both], axis=0).max()) or 1.0
    if float(np.abs(plane[both] - places[both]).max()) > TOLERANCE * spread:
        return places, "the latents are not those of the lookup table; run dvc repro"
    listed = np.asarray(np.isfinite(places).all(axis=1), dtype=np.bool_)
    return np.where(listed[:, None], places, plane), ""
