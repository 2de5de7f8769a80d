"""A backbone with a linear head, and what of it may learn."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from reprise.finetune.backbone import Backbone
from reprise.finetune.crops import Floats


class Classifier(nn.Module):
    """Backbone, then a linear layer.

    Parameters
    ----------
    backbone
        Maps crops to embeddings.
    classes
        Number of labels.
    frozen
        Whether the backbone stays in evaluation mode while the rest trains. Without that the running statistics of its batch
        normalisation drift, although no parameter of it is trained.
    """

    def __init__(self, backbone: Backbone, classes: int, *, frozen: bool) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(backbone.dimensions, classes)
        self.frozen = frozen

    def train(self, mode: bool = True) -> Classifier:
        """Set training mode; a frozen backbone keeps evaluation mode."""
        super().train(mode)
        if self.frozen:
            self.backbone.eval()
        return self

    def forward(self, crops: Tensor) -> Tensor:
        """Map crops in dB, shape (n, 1, bands, frames), to logits, shape (n, classes)."""
        logits: Tensor = self.head(self.backbone(crops))
        return logits

    def trainable(self) -> int:
        """Return how many parameters learn."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)


def probabilities(head: nn.Linear, embeddings: Floats) -> Floats:
    """Return each track's class probabilities: softmax of each crop, averaged over its crops.

    Parameters
    ----------
    head
        Linear layer.
    embeddings
        Embeddings of crops, shape (tracks, crops, d).

    Returns
    -------
    numpy.ndarray
        Shape (tracks, classes), rows sum to 1.
    """
    with torch.inference_mode():
        softmax: Floats = torch.softmax(head(torch.from_numpy(embeddings)), dim=-1).numpy()
    means: Floats = softmax.mean(axis=1, dtype=np.float32)
    return means
