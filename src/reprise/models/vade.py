"""VaDE (Jiang et al., arXiv 1611.05148): a VAE whose prior is a mixture of Gaussians, learned along with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from reprise.models.base import Shapes
from reprise.models.convolutional import ConvolutionalModel, ConvolutionalParams
from reprise.models.layers import bounded, sample
from reprise.models.losses import Mixture, gaussian_reconstruction, kl_to_mixture, log_responsibilities
from reprise.models.neural import HEALTH_TRACKS, stack
from reprise.models.variational import Positive, Rate
from reprise.training.crops import Batch, Batches
from reprise.training.health import require_clusters
from reprise.training.phase import Phase, Terms
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from reprise.models.base import FloatArray


class VaDEParams(ConvolutionalParams):
    """Parameters of VaDE.

    Parameters
    ----------
    components
        Gaussians of the prior; the design's are 50.
    restarts
        Random starts of the mixture that is fitted to the pre-trained latents.
    pretrain_epochs
        Epochs of the plain VAE before; ``epochs`` counts those with the mixture.
    joint_learning_rate
        Learning rate with the mixture; a tenth of ``learning_rate`` keeps the clusters from running into one.
    """

    components: Annotated[int, Field(ge=2)]
    restarts: Annotated[int, Field(ge=10)]
    pretrain_epochs: Positive
    joint_learning_rate: Rate


class VaDE(ConvolutionalModel):
    """Convolutional networks with p(z) = sum_c pi_c N(mu_c, sigma_c^2): equations 4-6 of the paper."""

    Params = VaDEParams

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        size = (params.components, params.latent_dim)
        self.mixture_logits = nn.Parameter(torch.zeros(params.components))
        self.mixture_means = nn.Parameter(torch.zeros(size))
        self.mixture_raw_log_variances = nn.Parameter(torch.zeros(size))

    def phases(self, batches: Batches, run: Run) -> tuple[Phase, ...]:
        """Return two phases: the plain VAE; then, from a mixture fitted to its latents, everything together."""
        first = Phase(
            "pretrain",
            self.params.pretrain_epochs,
            self.params.learning_rate,
            super().losses,
            super().weights(),
            anneal_epochs=self.params.anneal_epochs,
        )
        joint = Phase(
            "joint",
            self.params.epochs,
            self.params.joint_learning_rate,
            self.losses,
            self.weights(),
            begin=lambda: self._warm_start(batches, run),
        )
        return first, joint

    def mixture(self) -> Mixture:
        """Return the prior, with bounded log-variances."""
        return Mixture(
            self.mixture_logits.log_softmax(0),
            self.mixture_means,
            bounded(self.mixture_raw_log_variances),
        )

    def fit_mixture(self, means: FloatArray, variances: FloatArray, seed: int) -> None:
        """Start the prior from the best of several diagonal mixtures on the posterior means.

        A prior as narrow as the scatter of the means would punish every sampled z, so each component is widened by
        the mean posterior variance of its examples: the maximum of equation 12 over the variances, given gamma.

        Parameters
        ----------
        means, variances
            Posteriors of the training crops, each ``(n, latent_dim)``.
        seed
            Seed of the restarts.
        """
        from sklearn.mixture import GaussianMixture

        found = GaussianMixture(
            self.params.components,
            covariance_type="diag",
            n_init=self.params.restarts,
            reg_covar=1e-3,
            random_state=seed,
        ).fit(means.astype(np.float64))
        gamma = found.predict_proba(means.astype(np.float64))
        widening = gamma.T @ variances / gamma.sum(0)[:, None]
        self.set_mixture(found.weights_, found.means_, found.covariances_ + widening)

    def set_mixture(self, weights: Any, means: Any, variances: Any) -> None:
        """Set the mixture: weights that sum to one, means and variances ``(components, latent_dim)``."""
        limit = bounded(torch.tensor(float("inf"))).item()
        log_variances = torch.from_numpy(np.log(variances)).clamp(-0.99 * limit, 0.99 * limit)
        with torch.no_grad():
            self.mixture_logits.copy_(torch.from_numpy(np.log(weights)))
            self.mixture_means.copy_(torch.from_numpy(means))
            self.mixture_raw_log_variances.copy_(limit * torch.atanh(log_variances / limit))

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:
        """Return the terms of equation 12, with q(c|x) = p(c|z) at the sampled z (equation 16)."""
        target = self.standardise(batch.values)
        mean, log_variance = self.posterior(Batch(target, None))
        z = sample(mean, log_variance, generator)
        mixture = self.mixture()
        log_gamma = log_responsibilities(z, mixture)
        return {
            "reconstruction": gaussian_reconstruction(target, self.decode(z)),
            "kl": kl_to_mixture(mean, log_variance, log_gamma, mixture),
        }

    def _warm_start(self, batches: Batches, run: Run) -> None:
        means, log_variances = self.posteriors(batches.fixed(batches.train))
        self.fit_mixture(means, np.exp(log_variances), run.seed)

    def segment_responsibilities(self, values: Tensor) -> Tensor:
        """Return q(c|x) at the posterior mean, shape ``(crops, components)``, of crops in dB."""
        mean = self.posterior(Batch(self.standardise(values), None))[0]
        return log_responsibilities(mean, self.mixture()).exp()

    def check_health(self, batches: Batches, run: Run) -> dict[str, Any]:
        """Measure what every VAE measures, and how evenly the components are used."""
        health = super().check_health(batches, run)
        latents, _ = self.posteriors(batches.fixed(batches.train[:HEALTH_TRACKS]))
        with torch.inference_mode():
            gamma = log_responsibilities(torch.from_numpy(latents).to(self.device), self.mixture())
        counts = torch.bincount(gamma.argmax(1), minlength=self.params.components).cpu().numpy()
        shares = counts / counts.sum()
        require_clusters(shares, run.training.max_cluster_share)
        return health | {
            "largest_cluster_share": float(shares.max()),
            "used_components": int((shares > 0).sum()),
        }

    def extras(self, tracks: Tracks) -> dict[str, Any]:
        """Return each track's soft assignment (the mean over its crops), its cluster, confidence and uncertainty.

        ``uncertainty`` is the entropy of the soft assignment over that of a uniform one, in [0, 1].
        """
        import pandas as pd

        rows = np.arange(len(tracks.ids))
        crops = self.crops(tracks)
        soft = stack(self.segment_responsibilities(values).mean(0) for values in self.each_track(crops, rows))
        entropy = -(soft * np.log(np.maximum(soft, 1e-12))).sum(1) / np.log(soft.shape[1])
        table = pd.DataFrame(
            {
                "track_id": tracks.ids,
                "cluster": soft.argmax(1).astype(np.int64),
                "confidence": soft.max(1).astype(np.float64),
                "uncertainty": np.clip(entropy, 0.0, 1.0).astype(np.float64),
            }
        )
        return {"assignments.parquet": table, "responsibilities.npy": soft}
