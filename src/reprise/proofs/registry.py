"""Which claims hang on which model, and how they are proven.

A claim is a module of this package with a function ``prove(evidence) -> Outcome``; it is imported only for the models
that make it, so that claims without a decoder do not pay for the deep-learning library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol

from reprise.proofs.claim import Outcome

if TYPE_CHECKING:
    from reprise.proofs.evidence import Evidence

EVERY_MODEL = ("live_units",)
OF_MODEL: dict[str, tuple[str, ...]] = {
    "ae_basic": ("gain_over_pca", "reconstruction"),
    "ae_conditional": ("gain_over_pca", "paradox"),
    "ae_multimodal": ("gain_over_pca", "multimodal_gain"),
    "basic_vae": ("gain_over_pca", "reconstruction", "smoothness"),
    "beta_vae": ("disentanglement", "reconstruction", "traversal"),
    "conv_vae": ("filters", "gain_over_pca", "reconstruction"),
    "cvae": ("generation", "paradox", "separation"),
    "pca": (),
    "vade": ("gain_over_pca", "soft_clustering"),
}
OF_OTHERS = ("gain_over_pca",)


class _Proof(Protocol):
    def prove(self, evidence: Evidence) -> Outcome: ...


def claims_of(name: str) -> tuple[str, ...]:
    """Return the modules of the claims that a model makes; a model the designs do not know still has to beat PCA."""
    return EVERY_MODEL + OF_MODEL.get(name, OF_OTHERS)


def prove(name: str, evidence: Evidence) -> Outcome:
    """Return all claims and pictures of a model."""
    claims, pictures = {}, {}
    for module in claims_of(name):
        proof: _Proof = importlib.import_module(f"reprise.proofs.{module}")
        outcome = proof.prove(evidence)
        claims.update(outcome.claims)
        pictures.update(outcome.pictures)
    return Outcome(claims, pictures)
