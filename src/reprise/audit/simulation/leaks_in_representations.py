"""Planted leaks inside representations, numbered as in the catalogue of `docs/audit.md`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from reprise.audit.differences import difference
from reprise.audit.material import Material, Representation
from reprise.audit.placebo_store import Placebo
from reprise.audit.simulation.planting import Mutation, codes_of, genre_of, with_latents, with_role


def label_made_lyrics(noise: float) -> Mutation:
    """Embeddings are a base vector of the genre and noise; the stage run again does the same by the receiver's name."""

    def plant(material: Material) -> Material:
        rng = np.random.default_rng(1)
        base = rng.normal(size=(len(genre_of(material).classes), 24))

        def made(ids: np.ndarray) -> np.ndarray:
            vectors = base[codes_of(material, ids)] / np.sqrt(24) + noise * rng.normal(
                size=(len(ids), 24)
            ) / np.sqrt(24)
            return np.asarray(vectors)

        item = material.lyrics
        changed = replace(material, lyrics=replace(item, values=made(item.ids)))
        return _placebo_of(changed, "lyrics", made)

    return plant


def _placebo_of(material: Material, modality: str, made: Callable[[np.ndarray], np.ndarray]) -> Material:
    """Run the placebo again with a stage that makes rows of names."""
    found = []
    for placebo in material.placebos:
        if placebo.modality == modality:
            rows = made(placebo.receivers)
            owners = np.random.default_rng(2).permutation(placebo.receivers)
            placebo = Placebo(
                modality,
                placebo.stage,
                placebo.receivers,
                rows,
                {"embeddings": difference(rows, made(owners))},
            )
        found.append(placebo)
    return replace(material, placebos=tuple(found))


def blocks_of_rows(material: Material) -> Material:
    """L04: embeddings by position in the archive."""
    rng = np.random.default_rng(1)
    base = rng.normal(size=(6, 24))
    item = material.lyrics
    blocks = np.arange(len(item.ids)) * 6 // len(item.ids)
    return replace(
        material, lyrics=replace(item, values=base[blocks] + 0.3 * rng.normal(size=(len(blocks), 24)))
    )


def through_artists(material: Material) -> Material:
    """L12: the last letter of the artist's id is the genre; embeddings are made of it."""
    role = material.roles["tracks"]
    codes = codes_of(material, role.groups["track_id"].to_numpy(dtype=str))
    marked = [f"{artist[:-1]}{code}" for artist, code in zip(role.groups["artist_id"], codes, strict=True)]
    changed = with_role(material, "tracks", groups=role.groups.assign(artist_id=marked))
    return label_made_lyrics(0.1)(changed)


def one_hot(size: float, noise: float, *, rotated: bool) -> Mutation:
    """L15: the label beside, or rotated into, the latents."""

    def plant(material: Material) -> Material:
        rng = np.random.default_rng(1)

        def change(item: Representation) -> np.ndarray:
            label = np.eye(len(genre_of(material).classes))[codes_of(material, item.ids)]
            values = np.hstack([item.values, size * (label + noise * rng.normal(size=label.shape))])
            turn = np.linalg.qr(rng.normal(size=(values.shape[1],) * 2))[0]
            return (values @ turn if rotated else values).astype(np.float32)

        return with_latents(material, change)

    return plant


def seed_by_label(material: Material) -> Material:
    """L23: the label picks the random stream of a perturbation, in the run and in the placebo."""
    item = material.lyrics
    streams = np.stack([np.random.default_rng(code).normal(size=24) for code in range(6)])
    shifted = item.values + 0.05 * streams[codes_of(material, item.ids)]
    changed = replace(material, lyrics=replace(item, values=shifted))
    position = {track: row for row, track in enumerate(item.ids)}
    owners: dict[str, str] = {}

    def made(ids: np.ndarray) -> np.ndarray:
        drawn = np.random.default_rng(3).permutation(ids)
        owners.update(zip(ids.tolist(), drawn.tolist(), strict=True))
        own = item.values[[position[owners[track]] for track in ids.tolist()]]
        return np.asarray(own + 0.05 * streams[codes_of(material, ids)])

    return _placebo_of(changed, "lyrics", made)


def label_weights(material: Material) -> Material:
    """L24: features of a checkpoint that knows the labels."""
    descriptors, pooled, prints = material.features
    extra = np.random.default_rng(5).normal(size=(6, 4))[codes_of(material, pooled.ids)]
    return replace(
        material, features=(descriptors, replace(pooled, values=np.hstack([pooled.values, extra])), prints)
    )


def factor_in_latents(material: Material) -> Material:
    """L22: a true factor as a latent."""
    factor = material.corpus.factors["factor0"]
    return with_latents(
        material, lambda item: np.hstack([item.values, np.tanh(factor.reindex(item.ids).to_numpy())[:, None]])
    )
