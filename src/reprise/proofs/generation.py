"""Conditional generation: whether a sample of class c is recognised as c by a classifier that only knows real music."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reprise.evaluation.probes import linear_probe
from reprise.evaluation.uncertainty import share_interval
from reprise.plotting.matrices import heat, spectrograms
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.decoding import crops, decode, network
from reprise.proofs.evidence import Evidence

if TYPE_CHECKING:
    from reprise.models.cvae import CVAE

STATEMENT = "samples of a class have the character of that class"
CROPS = 3
SAMPLES = 30
"""Samples of each class."""


def prove(evidence: Evidence) -> Outcome:
    """Draw z from the prior, decode it with each class, and ask a classifier of real training segments."""
    model = cast("CVAE", network(evidence))
    names, attribute, reference = model.shapes.classes, evidence.attribute, evidence.reference
    why = reference.obstacle(attribute, "all")
    if why:
        return Outcome({"generation": Unmeasured(STATEMENT, why)})
    classifier = _fit(
        model,
        evidence,
        np.setdiff1d(reference.rows(attribute, "all"), np.flatnonzero(reference.split == "test")),
    )
    asked = np.repeat(np.arange(len(names)), SAMPLES)
    generator = torch.Generator().manual_seed(evidence.resampling.seed)
    # the same z for every class: only the class differs
    noise = torch.randn(SAMPLES, model.latent_dim, generator=generator).repeat(len(names), 1)
    maps = decode(model, noise, torch.from_numpy(asked))
    recognised = classifier.predict(spectrum(maps))
    wanted = np.array(names)[asked]
    hits = int((recognised == wanted).sum())
    counts = np.array(
        [[float(((wanted == a) & (recognised == b)).sum()) / SAMPLES for b in names] for a in names]
    )
    claim = Claim(
        statement=STATEMENT,
        measure=f"share of {len(asked)} samples whose asked {attribute} an independent classifier recognises",
        found=share_interval(hits, len(asked)),
        threshold=1.0 / len(names),
        null="a decoder that ignores the class: 1 / number of classes",
        figures={
            "samples_of_each_class": SAMPLES,
            "classes": len(names),
            "classes_obeyed": int((counts.diagonal() > 1.0 / len(names)).sum()),
            "real_test_segments": _on_real(model, evidence, classifier),
        },
        labels_used=f"{evidence.latents.labels_used}, by model and classifier",
    )
    pictures = {
        "generation": heat(
            counts, list(names), list(names), "what samples are taken for", ("recognised", "asked")
        ),
        "samples": _figure(maps, names, evidence.name),
    }
    return Outcome({"generation": claim}, pictures)


def spectrum(maps: Tensor) -> NDArray[np.float64]:
    """Return the mean of each band over time, shape ``(n, bands)``: what a smooth decoder and a real track share."""
    return np.asarray(maps.mean(dim=2).double().numpy())


def _fit(model: CVAE, evidence: Evidence, rows: NDArray[Any]) -> Any:
    values, of = crops(model, evidence, rows, CROPS)
    return linear_probe().fit(spectrum(values), evidence.reference.classes[evidence.attribute][of])


def _on_real(model: CVAE, evidence: Evidence, classifier: Any) -> dict[str, Any]:
    """Return the classifier's accuracy on real test segments: what recognition can reach."""
    rows = evidence.reference.rows(evidence.attribute, "test")
    if len(rows) == 0:
        return {"available": False, "why": f"no test track has a known {evidence.attribute}"}
    values, of = crops(model, evidence, rows, CROPS)
    truth = evidence.reference.classes[evidence.attribute][of]
    return share_interval(int((classifier.predict(spectrum(values)) == truth).sum()), len(truth)).to_dict()


def _figure(maps: Tensor, names: tuple[str, ...], title: str) -> Any:
    shown = names[:10]
    lines = [[maps[code * SAMPLES + sample].numpy() for code in range(len(shown))] for sample in range(2)]
    return spectrograms(
        lines, ["z 1", "z 2"], list(shown), f"{title}: the same z decoded with each class (standardised)"
    )
