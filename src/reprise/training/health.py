"""Signs of life of a trained model: a dead encoder still clusters a little, so life is measured, not the score.

References
----------
- Burda, Grosse, Salakhutdinov, Importance weighted autoencoders, arXiv 1509.00519, section 5.2 (active units).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from reprise.errors import RepriseError

if TYPE_CHECKING:
    from numpy.typing import NDArray

ACTIVE_VARIANCE = 0.01
"""Variance of the posterior mean over examples above which a dimension is active."""

CONSTANT_DEVIATION = 1e-6
"""Standard deviation over examples up to which a deterministic unit is dead."""


class CollapsedModel(RepriseError):
    """Training ended in a model that carries no, or too little, information."""


def active_units(means: NDArray[np.float32]) -> int:
    """Return the number of dimensions whose posterior mean varies, from means of shape ``(n, latent_dim)``."""
    return int((means.var(axis=0, dtype=np.float64) > ACTIVE_VARIANCE).sum())


def live_units(latents: NDArray[np.float32]) -> int:
    """Return the number of units that are not constant, from latents of shape ``(n, latent_dim)``."""
    return int((latents.std(axis=0, dtype=np.float64) > CONSTANT_DEVIATION).sum())


def require_finite(terms: Mapping[str, float], epoch: int) -> None:
    """Check that all loss terms of an epoch are finite.

    Raises
    ------
    CollapsedModel
        If a term is NaN or infinite.
    """
    for name, value in terms.items():
        if not math.isfinite(value):
            raise CollapsedModel(
                f"{name} is {value} in epoch {epoch}: training diverged; lower learning_rate, or use precision: float32"
            )


def require_information(kl_nats: float, least: float) -> None:
    """Check that the posterior depends on the input.

    Raises
    ------
    CollapsedModel
        If the mean KL divergence is not above ``least`` nats.
    """
    if kl_nats <= least:
        raise CollapsedModel(
            f"the posterior collapsed: KL = {kl_nats:.3g} nats, more than {least:g} are needed (training.min_kl_nats); "
            "lower beta, set free_bits, or train longer"
        )


def require_units(alive: int, latent_dim: int, least_share: float, kind: str) -> None:
    """Check that enough latent dimensions carry something.

    Parameters
    ----------
    alive
        Number of such dimensions.
    latent_dim
        Number of all dimensions.
    least_share
        Share that must be alive.
    kind
        ``active`` (variational) or ``live`` (deterministic), for the message.

    Raises
    ------
    CollapsedModel
        If there are fewer.
    """
    if alive < least_share * latent_dim:
        remedy = "lower beta or latent_dim" if kind == "active" else "lower learning_rate or latent_dim"
        raise CollapsedModel(
            f"{alive} of {latent_dim} latent units are {kind}; at least {least_share:.0%} are needed "
            f"(training.min_{kind}_share): {remedy}, or train longer"
        )


def require_clusters(shares: NDArray[np.float64], most: float) -> None:
    """Check that no mixture component takes all.

    Raises
    ------
    CollapsedModel
        If the largest share is above ``most``.
    """
    if shares.max() > most:
        raise CollapsedModel(
            f"one cluster takes {shares.max():.0%} of all segments; at most {most:.0%} are allowed "
            "(training.max_cluster_share): train the autoencoder longer before the mixture, or lower joint_learning_rate"
        )
