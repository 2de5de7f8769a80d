"""What the convolutions learned: whether they respond to frequency bands and to the order of events in time."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from reprise.evaluation.uncertainty import difference_of_means, interval_over_tracks
from reprise.models.base import Shapes
from reprise.models.build import build_model
from reprise.models.convolutional import ConvolutionalModel
from reprise.plotting.matrices import heat, spectrograms
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.decoding import crops, encode, network
from reprise.proofs.evidence import Evidence
from reprise.training.crops import Batch

BANDS = "learned filters detect frequency bands"
ORDER = "learned filters respond to patterns in time"
UNTRAINED = "the same network with random initial weights: 0"
SHOWN = 16


def prove(evidence: Evidence) -> Outcome:
    """Compare what drives each latent unit with what drives the units of an untrained twin.

    A convolution responds alike at every band, so no single filter of the first layer can be a band detector; a latent
    unit can. Its response to band b is the mean absolute gradient of its posterior mean with respect to that band.
    """
    model = cast(ConvolutionalModel, network(evidence))
    config = evidence.config
    twin = cast(
        ConvolutionalModel,
        build_model(
            config["model"], config["params"], Shapes.from_dict(config["shapes"]), config["seed"] + 1
        ),
    )
    twin.load_state_dict(
        twin.state_dict() | {name: model.state_dict()[name] for name in ("input_mean", "input_deviation")}
    )
    twin.eval()
    test = np.flatnonzero(evidence.reference.split == "test")
    if len(test) < 4:
        few = "fewer than four test tracks"
        return Outcome({"band_detectors": Unmeasured(BANDS, few), "time_patterns": Unmeasured(ORDER, few)})
    values, rows = crops(model, evidence, test, 1)
    profile, random_profile = _band_profile(model, values), _band_profile(twin, values)
    claims = {
        "band_detectors": _bands(model, twin, profile, random_profile, evidence),
        "time_patterns": _time(model, twin, values, evidence.reference.groups[rows], evidence),
    }
    return Outcome(
        claims, {"band_responses": _profile_figure(profile, evidence), "filters": _filter_figure(model)}
    )


def _band_profile(model: ConvolutionalModel, values: Tensor) -> NDArray[np.float64]:
    """Return each unit's share of response to each band, shape ``(latent_dim, bands)``; rows sum to one."""
    inputs = values.clone().requires_grad_()
    mean = model.posterior(Batch(inputs, None))[0]
    rows = []
    for unit in range(mean.shape[1]):
        (gradient,) = torch.autograd.grad(mean[:, unit].sum(), inputs, retain_graph=True)
        rows.append(gradient.abs().mean(dim=(0, 2)).double().numpy())
    profile = np.stack(rows)
    shares: NDArray[np.float64] = profile / np.maximum(profile.sum(axis=1, keepdims=True), 1e-30)
    return shares


def _selectivity(profile: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 - normalised entropy over bands: 0 for a unit that hears all bands alike, 1 for a single band."""
    logs = np.log(np.where(profile > 0, profile, 1.0))
    selectivity: NDArray[np.float64] = 1.0 + (profile * logs).sum(axis=1) / np.log(profile.shape[1])
    return selectivity


def _bands(
    model: ConvolutionalModel,
    twin: ConvolutionalModel,
    profile: NDArray[np.float64],
    random_profile: NDArray[np.float64],
    evidence: Evidence,
) -> Claim:
    own, null = _selectivity(profile), _selectivity(random_profile)
    return Claim(
        statement=BANDS,
        measure="selectivity over mel bands of the latent units (1 - normalised entropy) minus that of the null",
        found=difference_of_means(own, null, evidence.resampling.resamples, evidence.resampling.seed),
        threshold=0.0,
        null=UNTRAINED,
        figures={
            "selectivity": float(own.mean()),
            "selectivity_untrained": float(null.mean()),
            "most_selective_unit": float(own.max()),
            "first_layer_oriented_share": _oriented(model.filters()),
            "first_layer_oriented_share_untrained": _oriented(twin.filters()),
        },
    )


def _oriented(filters: Tensor) -> float:
    """Return the mean over filters of |time - frequency| over their sum, of the energy of differences along either."""
    along = filters.diff(dim=2).square().sum(dim=(1, 2))
    across = filters.diff(dim=1).square().sum(dim=(1, 2))
    return float(((along - across).abs() / (along + across).clamp_min(1e-12)).mean())


def _time(
    model: ConvolutionalModel,
    twin: ConvolutionalModel,
    values: Tensor,
    groups: NDArray[np.str_],
    evidence: Evidence,
) -> Claim:
    generator = torch.Generator().manual_seed(evidence.resampling.seed)
    shuffled = torch.stack([crop[:, torch.randperm(crop.shape[1], generator=generator)] for crop in values])
    own, null = (_order_response(net, values, shuffled) for net in (model, twin))
    gain = own - null
    found = interval_over_tracks(
        lambda rows: float(gain[rows].mean()), groups, evidence.resampling.resamples, evidence.resampling.seed
    )
    return Claim(
        statement=ORDER,
        measure="how far shuffling the frames of a test crop moves its latent, over the spread of the latents, minus the null",
        found=found,
        threshold=0.0,
        null=UNTRAINED,
        figures={"response": float(own.mean()), "response_untrained": float(null.mean())},
    )


def _order_response(model: ConvolutionalModel, values: Tensor, shuffled: Tensor) -> NDArray[np.float64]:
    there, moved = encode(model, values), encode(model, shuffled)
    spread = (there - there.mean(0)).norm(dim=1).mean().clamp_min(1e-12)
    response: NDArray[np.float64] = ((moved - there).norm(dim=1) / spread).double().numpy()
    return response


def _profile_figure(profile: NDArray[np.float64], evidence: Evidence) -> Figure:
    order = np.argsort((profile * np.arange(profile.shape[1])).sum(axis=1), kind="stable")
    names = [str(band) if band % 8 == 0 else "" for band in range(profile.shape[1])]
    units = [str(unit) for unit in order[:32]]
    return heat(
        profile[order[:32]],
        units,
        names,
        f"{evidence.name}: what drives each latent unit",
        ("mel band (pooled)", "latent unit"),
    )


def _filter_figure(model: ConvolutionalModel) -> Figure:
    kernels = model.filters().numpy()[:SHOWN]
    width = min(8, len(kernels))
    starts = range(0, len(kernels) - width + 1, width)
    lines = [list(kernels[start : start + width]) for start in starts]
    names = [f"{start}–{start + width - 1}" for start in starts]
    return spectrograms(lines, names, [""] * width, "first-layer filters (bands by frames)")
