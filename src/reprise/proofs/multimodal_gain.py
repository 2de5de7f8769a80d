"""Do lyrics add to the audio, and is it the words: beside, the same lyrics handed to other tracks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.methods import Clusters
from reprise.evaluation import clusterings
from reprise.evaluation.agreement import ami
from reprise.plotting.scores import interval_dots
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.evidence import Evidence
from reprise.proofs.shared import difference_dot

STATEMENT = "lyrics beside audio cluster better than audio alone"
WORDS = "it is the words: lyrics of other tracks do not help as much"


def prove(evidence: Evidence) -> Outcome:
    """Cluster audio alone, audio with its lyrics, and audio with lyrics in permuted rows (the placebo)."""
    why = evidence.reference.obstacle("genre", "all")
    if why:
        return Outcome(
            {"multimodal_gain": Unmeasured(STATEMENT, why), "multimodal_words": Unmeasured(WORDS, why)}
        )
    audio = int(evidence.config["params"]["latent_dim"])
    values = evidence.latents.values
    generator = np.random.default_rng([evidence.resampling.seed, 10])
    placebo = np.hstack([values[:, :audio], values[generator.permutation(len(values)), audio:]])
    runs = {
        "audio": evidence.kmeans(values[:, :audio]),
        "audio_and_lyrics": evidence.clusters,
        "lyrics": evidence.kmeans(values[:, audio:]),
        "placebo": evidence.kmeans(placebo),
    }
    rows = evidence.reference.rows("genre", "all")
    classes = evidence.reference.classes["genre"][rows]
    cut = {name: [run[rows] for run in found] for name, found in runs.items()}
    figures = {
        f"ami_of_{name}": float(np.mean([ami(classes, run) for run in found])) for name, found in cut.items()
    }
    claims = {
        "multimodal_gain": _claim(evidence, cut, ("audio_and_lyrics", "audio"), STATEMENT, figures),
        "multimodal_words": _claim(evidence, cut, ("audio_and_lyrics", "placebo"), WORDS, figures),
    }
    dots = [
        difference_dot(name, claim.found)
        for name, claim in (
            ("minus audio", claims["multimodal_gain"]),
            ("minus placebo", claims["multimodal_words"]),
        )
    ]
    figure = interval_dots(
        dots, f"{evidence.name}: AMI of audio with lyrics", "difference of AMI; bars: 95 %, paired by artist"
    )
    return Outcome(claims, {"multimodal_gain": figure})


def _claim(
    evidence: Evidence,
    runs: dict[str, list[Clusters]],
    pair: tuple[str, str],
    statement: str,
    figures: dict[str, float],
) -> Claim:
    rows: NDArray[np.intp] = evidence.reference.rows("genre", "all")
    classes, groups = evidence.reference.classes["genre"][rows], evidence.reference.groups[rows]
    gain = clusterings.difference(classes, runs[pair[0]], runs[pair[1]], groups, evidence.resampling)
    return Claim(
        statement=statement,
        measure=f"AMI with genre of {pair[0].replace('_', ' ')} minus that of {pair[1]}",
        found=gain["ami"],
        threshold=0.0,
        null="no difference: 0",
        figures=figures,
        labels_used=evidence.latents.labels_used,
    )
