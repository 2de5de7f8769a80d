"""Every loss formula of the zoo, once, with its source.

Conventions
-----------
- Each function returns **one value per example**, shape ``(batch,)``, in nats where it is a log-likelihood or a
  divergence. The only reduction over examples is `average`; a sum silently called a mean would change what beta means.
- A Gaussian is given by its mean and the *logarithm of its variance*; covariances are diagonal.

References
----------
- Kingma & Welling, Auto-Encoding Variational Bayes, arXiv 1312.6114.
- Higgins et al., beta-VAE, ICLR 2017.
- Kingma et al., Improved variational inference with inverse autoregressive flow, arXiv 1606.04934.
- Jiang et al., Variational Deep Embedding, arXiv 1611.05148.
- Chen et al., A simple framework for contrastive learning of visual representations, arXiv 2002.05709.
- Khosla et al., Supervised contrastive learning, arXiv 2004.11362.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor


def gaussian_reconstruction(target: Tensor, output: Tensor) -> Tensor:
    """Negative log-likelihood under a Gaussian of unit variance, without its constant (1312.6114, appendix C.2).

    ``1/2 * sum_j (x_j - y_j)^2``: a sum over the values of the example. A mean instead would weaken the
    reconstruction by the number of values against the same KL term and collapse the encoder.

    Parameters
    ----------
    target, output
        Shape ``(batch, ...)``.

    Returns
    -------
    Tensor
        Shape ``(batch,)``, >= 0.
    """
    return 0.5 * (target - output).square().flatten(1).sum(1)


def mean_squared_error(target: Tensor, output: Tensor) -> Tensor:
    """Mean squared error over the values of each example: the loss of the deterministic autoencoders.

    Parameters
    ----------
    target, output
        Shape ``(batch, ...)``.

    Returns
    -------
    Tensor
        Shape ``(batch,)``, >= 0.
    """
    return (target - output).square().flatten(1).mean(1)


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor, free_bits: float = 0.0) -> Tensor:
    """KL(N(mean, variance) || N(0, I)), equation 10 of 1312.6114, with free bits (1606.04934, equation 15).

    ``1/2 * sum_j (mean_j^2 + variance_j - 1 - log variance_j)``

    Parameters
    ----------
    mean, log_variance
        Shape ``(batch, latent_dim)``.
    free_bits
        Nats per latent dimension that cost nothing: the divergence of a dimension, averaged over the batch, counts
        only above this floor. 0 is the plain divergence.

    Returns
    -------
    Tensor
        Shape ``(batch,)``, >= 0.
    """
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance)
    if free_bits > 0.0:
        # a dimension below the floor gives the floor itself, a constant: no gradient pushes it further down
        above = divergence.mean(0, keepdim=True) > free_bits
        divergence = torch.where(above, divergence, torch.full_like(divergence, free_bits))
    return divergence.sum(1)


class Mixture(NamedTuple):
    """A mixture of diagonal Gaussians.

    Parameters
    ----------
    log_weights
        Shape ``(components,)``, logarithms of weights that sum to one.
    means, log_variances
        Shape ``(components, latent_dim)``.
    """

    log_weights: Tensor
    means: Tensor
    log_variances: Tensor


def log_normal(value: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Log-density of diagonal Gaussians, summed over the last axis; the other axes broadcast."""
    scaled = (value - mean).square() / log_variance.exp()
    density: Tensor = -0.5 * (math.log(2.0 * math.pi) + log_variance + scaled).sum(-1)
    return density


def log_responsibilities(z: Tensor, mixture: Mixture) -> Tensor:
    """Logarithm of the posterior over the components of a mixture, p(c|z): equation 16 of VaDE (1611.05148).

    Logarithms stay finite where a probability underflows, and so do their gradients.

    Parameters
    ----------
    z
        Shape ``(batch, latent_dim)``.
    mixture
        The components.

    Returns
    -------
    Tensor
        Shape ``(batch, components)``; the exponentials of a row sum to one.
    """
    joint = mixture.log_weights + log_normal(z[:, None, :], mixture.means, mixture.log_variances)
    return joint.log_softmax(1)


def kl_to_mixture(mean: Tensor, log_variance: Tensor, log_gamma: Tensor, mixture: Mixture) -> Tensor:
    """KL(q(z, c|x) || p(z, c)) to a Gaussian-mixture prior: the last four terms of VaDE's equation 12, negated.

    With ``gamma_c = q(c|x)``: ``sum_c gamma_c KL(q(z|x) || p(z|c)) + KL(q(c|x) || p(c))``.

    Parameters
    ----------
    mean, log_variance
        Posterior of each example, shape ``(batch, latent_dim)``.
    log_gamma
        Logarithm of q(c|x), shape ``(batch, components)``.
    mixture
        The prior.

    Returns
    -------
    Tensor
        Shape ``(batch,)``, >= 0.
    """
    spread = (
        log_variance.exp()[:, None, :] + (mean[:, None, :] - mixture.means).square()
    ) / mixture.log_variances.exp()
    to_component = 0.5 * (mixture.log_variances - log_variance[:, None, :] + spread - 1.0).sum(-1)
    to_weights = log_gamma - mixture.log_weights
    divergence: Tensor = (log_gamma.exp() * (to_component + to_weights)).sum(1)
    return divergence


def average(terms: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    """Reduce named per-example terms to the scalar objective: mean over examples of the weighted sum of terms.

    Parameters
    ----------
    terms
        Each of shape ``(batch,)``.
    weights
        One weight for each term (for beta-VAE, beta is the weight of ``kl``; equation 4 of Higgins et al.).

    Returns
    -------
    Tensor
        Scalar.
    """
    return torch.stack([weights[name] * terms[name] for name in sorted(terms)]).sum(0).mean()


def contrast(projected: Tensor, tracks: Tensor, temperature: float) -> Tensor:
    """Normalised temperature-scaled cross entropy (arXiv 2002.05709, equation 1), with every other crop of a track as positive.

    With more than one positive their log-probabilities are averaged (arXiv 2004.11362, equation 2).

    Parameters
    ----------
    projected
        Shape ``(batch, dimensions)``, rows of unit length.
    tracks
        Shape ``(batch,)``: crops of equal number are of one track.
    temperature
        Above 0.

    Returns
    -------
    Tensor
        Shape ``(batch,)``, >= 0; 0 for a crop without a positive in the batch.
    """
    itself = torch.eye(len(projected), dtype=torch.bool, device=projected.device)
    similar = (projected @ projected.T / temperature).masked_fill(itself, float("-inf"))
    log_probability = similar - similar.logsumexp(1, keepdim=True)
    positive = (tracks[:, None] == tracks[None]) & ~itself
    count = positive.sum(1)
    total = torch.where(positive, log_probability, torch.zeros_like(log_probability)).sum(1)
    return -total / count.clamp_min(1)
