"""Which claims hang on which model.

A claim is a module of this package with a function ``prove(evidence) -> Outcome``. It is imported only for the models
that make it, so that a claim about latents does not pay for the deep-learning library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.live_units import prove as live_units

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reprise.proofs.evidence import Evidence

Proofs = tuple[Callable[["Evidence"], Outcome], ...]


def claims_of(name: str) -> Proofs:
    """Return the proofs of a model's claims; a model the designs do not know has to be alive and to beat PCA."""
    return (live_units, *_OF_MODEL.get(name, _any_other)())


def prove(name: str, evidence: Evidence) -> Outcome:
    """Return all claims and pictures of a model."""
    claims: dict[str, Claim | Unmeasured] = {}
    pictures: dict[str, Figure] = {}
    for proof in claims_of(name):
        outcome = proof(evidence)
        claims.update(outcome.claims)
        pictures.update(outcome.pictures)
    return Outcome(claims, pictures)


def _pca() -> Proofs:
    return ()


def _ae_basic() -> Proofs:
    from reprise.proofs import gain_over_pca, reconstruction

    return gain_over_pca.prove, reconstruction.prove


def _ae_multimodal() -> Proofs:
    from reprise.proofs import gain_over_pca, multimodal_gain

    return gain_over_pca.prove, multimodal_gain.prove


def _ae_conditional() -> Proofs:
    from reprise.proofs import gain_over_pca, paradox

    return gain_over_pca.prove, paradox.prove


def _basic_vae() -> Proofs:
    from reprise.proofs import gain_over_pca, reconstruction, smoothness

    return gain_over_pca.prove, reconstruction.prove, smoothness.prove


def _conv_vae() -> Proofs:
    from reprise.proofs import filters, gain_over_pca, reconstruction

    return filters.prove, gain_over_pca.prove, reconstruction.prove


def _beta_vae() -> Proofs:
    from reprise.proofs import disentanglement, factor_response, reconstruction, traversal

    return disentanglement.prove, factor_response.prove, reconstruction.prove, traversal.prove


def _cvae() -> Proofs:
    from reprise.proofs import generation, paradox, separation

    return generation.prove, paradox.prove, separation.prove


def _vade() -> Proofs:
    from reprise.proofs import gain_over_pca, soft_clustering

    return gain_over_pca.prove, soft_clustering.prove


def _any_other() -> Proofs:
    from reprise.proofs import gain_over_pca

    return (gain_over_pca.prove,)


_OF_MODEL: dict[str, Callable[[], Proofs]] = {
    "ae_basic": _ae_basic,
    "ae_conditional": _ae_conditional,
    "ae_multimodal": _ae_multimodal,
    "basic_vae": _basic_vae,
    "beta_vae": _beta_vae,
    "conv_vae": _conv_vae,
    "cvae": _cvae,
    "pca": _pca,
    "vade": _vade,
}
