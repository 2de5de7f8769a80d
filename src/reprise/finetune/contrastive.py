"""Learning without labels: two crops of one track are alike, crops of different tracks are not.

References
----------
Chen et al. 2020, "A simple framework for contrastive learning of visual representations" (NT-Xent, Eq. 1).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def nt_xent(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Return the normalised temperature-scaled cross entropy, a mean over 2 n anchors.

    Parameters
    ----------
    first, second
        Projections of two crops of the same n tracks, shape (n, d); other rows are the negatives.
    temperature
        Divides the cosine similarities.
    """
    count = len(first)
    units = functional.normalize(torch.cat([first, second]), dim=1)
    similarities = units @ units.T / temperature
    similarities.fill_diagonal_(float("-inf"))
    partners = torch.arange(2 * count).roll(count)
    return functional.cross_entropy(similarities, partners)


def retrieval_accuracy(first: Tensor, second: Tensor) -> Tensor:
    """Return for each track whether its second crop is the nearest (cosine) to its first among all second crops, shape (n,).

    Chance is 1 / n.
    """
    similarities = functional.normalize(first, dim=1) @ functional.normalize(second, dim=1).T
    return similarities.argmax(dim=1) == torch.arange(len(first))
