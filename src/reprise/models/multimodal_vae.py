"""Multimodal VAE: audio and lyrics attend to each other, share one posterior, and are both decoded from it.

The evidence bound of a joint latent, ``E[log p(audio|z) + w log p(lyrics|z)] - KL(q(z|audio, lyrics) || p(z))``. While
learning, one modality of an example is at times withheld but still to be decoded, so that the posterior works with either
alone.

References
----------
- Suzuki, Nakayama & Matsuo, Joint multimodal learning with deep generative models, arXiv 1611.01891 (equation 3).
- Wu & Goodman, Multimodal generative models for scalable weakly-supervised learning, arXiv 1802.05335 (missing modalities).
- Neverova et al., ModDrop, arXiv 1501.00102 (modality dropout).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from reprise.models.attention import CrossModal
from reprise.models.base import Shapes
from reprise.models.layers import ConvDecoder, ConvEncoder, bounded, halvings, sample
from reprise.models.losses import gaussian_reconstruction, kl_to_standard_normal
from reprise.models.lyrics import lyrics_obstacle
from reprise.models.neural import HEALTH_TRACKS, stack
from reprise.models.variational import Positive, VariationalModel, VariationalParams
from reprise.training.crops import Batch, Batches
from reprise.training.phase import Terms
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.models.base import FloatArray


class MultimodalVAEParams(VariationalParams):
    """Parameters of the multimodal VAE.

    Parameters
    ----------
    channels
        Of the convolutional audio encoder and decoder.
    width, heads, layers
        Size of a token (a multiple of ``heads``), attention heads, rounds of cross-modal attention.
    lyrics_tokens
        Tokens into which the sentence embedding of the lyrics is projected.
    lyrics_weight
        Weight of the lyrics in the evidence bound; 0 decodes audio alone.
    modality_dropout
        Share of training examples whose lyrics are withheld, and as large a share whose audio is; at most a half.
    """

    channels: Annotated[tuple[Positive, ...], Field(min_length=1, strict=False)]
    width: Positive
    heads: Positive
    layers: Positive
    lyrics_tokens: Positive
    lyrics_weight: Annotated[float, Field(ge=0.0)]
    modality_dropout: Annotated[float, Field(ge=0.0, le=0.5)]

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> MultimodalVAEParams:
        if self.width % self.heads:
            raise ValueError(f"width = {self.width} must be a multiple of heads = {self.heads}")
        return self


class MultimodalVAE(VariationalModel):
    """Convolutional feature tokens and lyrics tokens, cross-modal attention, one posterior, two decoders."""

    Params = MultimodalVAEParams
    lyrics_mean: Tensor
    lyrics_deviation: Tensor

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        bands, frames = halvings(self.size, len(params.channels))[-1]
        width, count = params.width, params.lyrics_tokens
        self.encoder = ConvEncoder(self.size, params.channels)
        self.to_audio_token = nn.Linear(params.channels[-1] * bands, width)
        self.to_lyrics_tokens = nn.Sequential(
            nn.Linear(shapes.lyrics, count * width), nn.Unflatten(1, (count, width))
        )
        self.no_audio = nn.Parameter(torch.randn(frames, width))
        self.no_lyrics = nn.Parameter(torch.randn(count, width))
        self.rounds = nn.ModuleList([CrossModal(width, params.heads) for _ in range(params.layers)])
        self.to_posterior = nn.Sequential(
            nn.LayerNorm(2 * width), nn.Linear(2 * width, 2 * params.latent_dim)
        )
        self.decoder = ConvDecoder(params.latent_dim, self.size, params.channels)
        self.lyrics_decoder = nn.Sequential(
            nn.Linear(params.latent_dim, 2 * width), nn.ReLU(), nn.Linear(2 * width, shapes.lyrics)
        )
        self.register_buffer("lyrics_mean", torch.zeros(shapes.lyrics))
        self.register_buffer("lyrics_deviation", torch.ones(()))

    @classmethod
    def obstacle(cls, params: Any, tracks: Tracks) -> str | None:  # noqa: ARG003
        """Return why these tracks cannot train the model: no lyrics."""
        return lyrics_obstacle(tracks, 1)

    def lyrics_beside(self, tracks: Tracks) -> NDArray[np.float32]:
        """Return the lyrics embedding of every track."""
        return tracks.lyrics

    def weights(self) -> dict[str, float]:
        """Return the weight of each term of the evidence bound."""
        return super().weights() | {"lyrics": self.params.lyrics_weight}

    def prepare(self, tracks: Tracks, batches: Batches) -> None:
        """Set the standardisation of both inputs; one deviation for all dimensions of the lyrics keeps their geometry."""
        super().prepare(tracks, batches)
        known = tracks.lyrics[tracks.train[tracks.has_lyrics[tracks.train]]].astype(np.float64)
        self.lyrics_mean.copy_(torch.from_numpy(known.mean(0)))
        self.lyrics_deviation.copy_(torch.tensor(max(float(known.std(0).mean()), 1e-6)))

    def posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and bounded log-variance of the latents; lyrics of zeros, or ``None``, are missing."""
        lyrics, known = self._lyrics(batch)
        return self._posterior(batch.values, lyrics, known, torch.ones_like(known))

    def decode(self, z: Tensor, classes: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return standardised maps of latents."""
        maps: Tensor = self.decoder(z)
        return maps.float()

    def decode_lyrics(self, z: Tensor) -> Tensor:
        """Return standardised lyrics embeddings of latents."""
        lyrics: Tensor = self.lyrics_decoder(z)
        return lyrics.float()

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:
        """Return the terms of the evidence bound; the lyrics of a track without any cost nothing."""
        target = self.standardise(batch.values)
        lyrics, known = self._lyrics(batch)
        hear, read = self._withhold(known, generator)
        mean, log_variance = self._posterior(target, lyrics, read, hear)
        z = sample(mean, log_variance, generator)
        return {
            "reconstruction": gaussian_reconstruction(target, self.decode(z)),
            "kl": kl_to_standard_normal(mean, log_variance, self.params.free_bits),
            "lyrics": known * gaussian_reconstruction(lyrics, self.decode_lyrics(z)),
        }

    def embed(self, tracks: Tracks) -> FloatArray:
        """Return the posterior mean of every track, averaged over its crops; each crop has the lyrics of its track."""
        found = zip(
            self.each_track(self.crops(tracks), np.arange(len(tracks.ids))), tracks.lyrics, strict=True
        )
        return stack(self._of_track(values, torch.from_numpy(lyrics)) for values, lyrics in found)

    def check_health(self, batches: Batches, run: Run) -> dict[str, Any]:
        """Measure what every VAE measures, the gates, and how far latents move when lyrics are taken away."""
        health = super().check_health(batches, run)
        found = list(batches.fixed(batches.train[:HEALTH_TRACKS]))
        whole, _ = self.posteriors(iter(found))
        deaf, _ = self.posteriors(replace(batch, lyrics=None) for batch in found)
        moved = np.square(whole - deaf).sum() / max(float(np.square(whole - whole.mean(0)).sum()), 1e-12)
        return health | {"lyrics_reliance": float(moved)} | self.gates()

    def gates(self) -> dict[str, float]:
        """Return how far the gates of both directions are open, in [0, 1], the mean over rounds."""
        opened: dict[str, list[torch.Tensor]] = {
            "gate_audio_reads": [one.audio_reads.gate for one in self.rounds if isinstance(one, CrossModal)],
            "gate_lyrics_read": [one.lyrics_read.gate for one in self.rounds if isinstance(one, CrossModal)],
        }
        return {
            name: float(torch.stack(gates).detach().tanh().abs().mean()) for name, gates in opened.items()
        }

    def track_latent(self, values: Tensor) -> Tensor:
        """Return the posterior mean without lyrics, averaged over the crops of the track."""
        return self._of_track(values, torch.zeros(self.shapes.lyrics))

    def _of_track(self, values: Tensor, lyrics: Tensor) -> Tensor:
        beside = lyrics.to(self.device).expand(len(values), -1)
        return self.posterior(Batch(self.standardise(values), None, lyrics=beside))[0].mean(0)

    def _lyrics(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return standardised lyrics (zeros where missing) and which examples have any."""
        count = len(batch.values)
        given = batch.lyrics
        if given is None:
            given = torch.zeros((count, self.shapes.lyrics), device=batch.values.device)
        known = (given != 0).any(1)
        return (given - self.lyrics_mean) / self.lyrics_deviation * known[:, None], known

    def _withhold(self, known: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return which examples may hear the audio and which may read the lyrics: at least one of both."""
        share = self.params.modality_dropout if self.training else 0.0
        chance = torch.rand(known.shape, generator=generator, device=known.device)
        return ~((chance < share) & known), known & (chance < 1 - share)

    def _posterior(self, values: Tensor, lyrics: Tensor, read: Tensor, hear: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.encoder.layers[:-1](
            values[:, None]
        )  # without the flattening: (batch, channels, bands, frames)
        audio = self.to_audio_token(maps.flatten(1, 2).transpose(1, 2))
        audio = torch.where(hear[:, None, None], audio, self.no_audio)
        text = torch.where(read[:, None, None], self.to_lyrics_tokens(lyrics), self.no_lyrics)
        for one in self.rounds:
            audio, text = one(audio, text)
        joint = torch.cat([audio.mean(1), text.mean(1)], dim=1)
        mean, log_variance = self.to_posterior(joint).float().chunk(2, dim=1)
        return mean, bounded(log_variance)
