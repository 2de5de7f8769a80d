"""Beta-VAE (Higgins et al., ICLR 2017): the divergence weighs beta times as much, which presses factors apart."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reprise.models.convolutional import ConvolutionalModel, ConvolutionalParams


class BetaVAEParams(ConvolutionalParams):
    """Parameters of the beta-VAE.

    Parameters
    ----------
    beta
        Weight of the divergence; 1 is the plain VAE, the design's is 4.
    """

    beta: Annotated[float, Field(gt=0.0)]


class BetaVAE(ConvolutionalModel):
    """Convolutional networks, equation 4 of Higgins et al. as the loss."""

    Params = BetaVAEParams

    def weights(self) -> dict[str, float]:
        """Return the weights: beta for the divergence."""
        return {"reconstruction": 1.0, "kl": self.params.beta}
