"""The mood model: a small perceptron on embeddings, with scores for arousal and valence.

References
----------
Burges et al. 2005, "Learning to rank using gradient descent" (RankNet): -log sigma(s_a - s_b) with soft targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from reprise.emotion.judgements import Judgements
from reprise.emotion.musav import DIMENSIONS
from reprise.finetune.crops import Floats

DROPOUT = 0.2


@dataclass(frozen=True)
class Training:
    """How the perceptron is trained: all pairs at once, AdamW.

    Attributes
    ----------
    hidden
        Units of the hidden layer.
    epochs
        Steps.
    learning_rate, weight_decay
        Of AdamW.
    """

    hidden: int
    epochs: int
    learning_rate: float
    weight_decay: float

    @classmethod
    def from_params(cls, block: dict[str, Any]) -> Training:
        """Return the settings of the parameter block ``transfer``."""
        return cls(block["hidden"], block["epochs"], block["learning_rate"], block["weight_decay"])


class MoodRegressor(nn.Module):
    """Standardise the embedding, one hidden layer, one score for each of `DIMENSIONS`.

    Parameters
    ----------
    dimensions
        Length of an embedding.
    hidden
        Units of the hidden layer.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, dimensions: int, hidden: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(dimensions))
        self.register_buffer("scale", torch.ones(dimensions))
        self.layers = nn.Sequential(
            nn.Linear(dimensions, hidden), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(hidden, len(DIMENSIONS))
        )

    def standardise(self, embeddings: Floats) -> None:
        """Take mean and scale from the training embeddings, shape (n, dimensions)."""
        scale = embeddings.std(axis=0)
        self.mean.copy_(torch.from_numpy(embeddings.mean(axis=0)))
        self.scale.copy_(torch.from_numpy(np.where(scale > 1e-6, scale, 1.0).astype(np.float32)))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Map embeddings, shape (n, dimensions), to scores (arousal, valence) on the logit scale, shape (n, 2)."""
        scores: Tensor = self.layers((embeddings - self.mean) / self.scale)
        return scores

    def scores(self, embeddings: Floats) -> Floats:
        """Return the scores of embeddings, shape (n, 2), in evaluation mode."""
        self.eval()
        with torch.inference_mode():
            values: Floats = self(torch.from_numpy(np.ascontiguousarray(embeddings))).numpy()
        return values


def pair_loss(difference: Tensor, target: Tensor) -> Tensor:
    """Return -t log sigma(d) - (1 - t) log sigma(-d) of each pair.

    Parameters
    ----------
    difference
        s_a - s_b.
    target
        Share of votes for a, in [0, 1]; a tie is one half.
    """
    return functional.binary_cross_entropy_with_logits(difference, target, reduction="none")


def train_on_pairs(
    embeddings: Floats, judgements: Judgements, training: Training, seed: int
) -> MoodRegressor:
    """Train on judged pairs.

    Parameters
    ----------
    embeddings
        Shape (tracks, d); only tracks that stand in a pair are looked at.
    judgements
        Pairs by row of `embeddings`.
    training
        How.
    seed
        Seeds weights and dropout.
    """
    first, second, dimension = (
        torch.from_numpy(rows) for rows in (judgements.first, judgements.second, judgements.dimension)
    )
    target = torch.from_numpy(judgements.target)
    used = np.unique(np.concatenate([judgements.first, judgements.second]))
    inputs = torch.from_numpy(embeddings)

    def loss(model: MoodRegressor) -> Tensor:
        scores = model(inputs)
        return pair_loss(scores[first, dimension] - scores[second, dimension], target).mean()

    return _train(embeddings[used], loss, training, seed)


def train_on_values(
    embeddings: Floats, values: NDArray[np.float32], training: Training, seed: int
) -> MoodRegressor:
    """Train on absolute arousal and valence in [0, 1], shape (tracks, 2): cross entropy with sigma(score)."""
    inputs, targets = torch.tensor(embeddings), torch.tensor(values)

    def loss(model: MoodRegressor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(model(inputs), targets)

    return _train(embeddings, loss, training, seed)


def _train(seen: Floats, loss: Any, training: Training, seed: int) -> MoodRegressor:
    torch.manual_seed(seed)
    model = MoodRegressor(seen.shape[1], training.hidden)
    model.standardise(seen)
    model.train()
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay
    )
    for _ in range(training.epochs):
        optimiser.zero_grad(set_to_none=True)
        loss(model).backward()
        optimiser.step()
    return model.eval()


def calibrate(scores: Floats, reference: Floats) -> Floats:
    """Map scores to [0, 1]: the modelled chance that a listener puts the track above a random track of the reference corpus.

    Parameters
    ----------
    scores
        Shape (n, 2).
    reference
        Scores of the reference tracks, shape (m, 2).

    Returns
    -------
    numpy.ndarray
        Mean over the reference of sigma(s - s_ref), shape (n, 2).
    """
    gaps = scores[:, None, :].astype(np.float64) - reference[None, :, :]
    chances: Floats = (1 / (1 + np.exp(-gaps))).mean(axis=1).astype(np.float32)
    return chances


def as_values(scores: Floats) -> Floats:
    """Return sigma(score), shape of the scores: what a model that learned absolute values says, in [0, 1]."""
    values: Floats = (1 / (1 + np.exp(-scores.astype(np.float64)))).astype(np.float32)
    return values
