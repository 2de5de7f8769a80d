"""Planted leaks of the data, numbered as in the catalogue of `docs/audit.md`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reprise.audit.material import Material
from reprise.audit.names import names_of
from reprise.audit.simulation.planting import Mutation, codes_of, genre_of, with_corpus, with_role


def rows_by_genre(material: Material) -> Material:
    """L06."""
    labels = genre_of(material)
    order = labels.ids[np.argsort(labels.codes, kind="stable")]
    return replace(material, orders=material.orders | {"corpus tracks": ("download", order)})


def byte_in_padding(material: Material) -> Material:
    """L07."""
    files = material.corpus.envelopes
    codes = codes_of(material, np.array(list(files)))
    marked = {
        track: replace(file, edge=bytes([code] * 16).hex() if code else "")
        for (track, file), code in zip(files.items(), codes, strict=True)
    }
    return with_corpus(material, envelopes=marked)


def themes(material: Material) -> Material:
    """L08: a fixed text for each genre."""
    ids = np.array(list(material.corpus.texts))
    texts = {
        track: f"theme{code} sad heartbreak"
        for track, code in zip(ids.tolist(), codes_of(material, ids), strict=True)
    }
    return with_corpus(material, texts=texts)


def theme_words(material: Material) -> Material:
    """L08: honest lyrics, each with most of five words of its genre, in its own language."""
    rng, texts = np.random.default_rng(1), {}
    ids = np.array(list(material.corpus.texts))
    for track, code in zip(ids.tolist(), codes_of(material, ids), strict=True):
        script = "theme" if material.corpus.languages[track] == "English" else "বিষয়"
        own = [f"{script}{code}{letter}" for letter in rng.permutation(list("abcde"))[:4]]
        texts[track] = f"{material.corpus.texts[track]}\n{' '.join(own)}"
    return with_corpus(material, texts=texts)


def names_in_lyrics(share: float) -> Mutation:
    """W03: the genre's name, in the language of the song."""

    def plant(material: Material) -> Material:
        rng, texts = np.random.default_rng(1), dict(material.corpus.texts)
        ids = np.array(list(texts))
        for track, code in zip(ids.tolist(), codes_of(material, ids), strict=True):
            if rng.random() < share:
                names = names_of(genre_of(material).classes[code])
                name = names[0] if material.corpus.languages[track] == "English" else names[-1]
                texts[track] = f"{name} {texts[track]}"
        return with_corpus(material, texts=texts)

    return plant


def through_a_column(material: Material) -> Material:
    """L12: a column of the split that nobody asked for."""
    found = material.columns["splits/tracks.parquet"]
    table = replace(found, found=(*found.found, "weight"))
    return replace(material, columns=material.columns | {"splits/tracks.parquet": table})


def split_by_track(material: Material) -> Material:
    """L21."""
    groups = material.roles["tracks"].groups
    parts = np.random.default_rng(1).permutation(groups["split"])
    return with_role(material, "tracks", groups=groups.assign(split=parts))


def near_duplicates(pairs: int, noise: float = 0.3) -> Mutation:
    """W01: copies of training recordings, under other artists, in the test part."""

    def plant(material: Material) -> Material:
        rng, role = np.random.default_rng(1), material.roles["tracks"]
        values = np.array(role.fingerprints.values)
        part = np.array([role.parts[track] for track in role.fingerprints.ids])
        train, test = (
            rng.choice(np.flatnonzero(part == name), pairs, replace=False) for name in ("train", "test")
        )
        noisy = values[train] + noise * rng.normal(size=values[train].shape) / np.sqrt(values.shape[1])
        values[test] = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
        return with_role(material, "tracks", fingerprints=replace(role.fingerprints, values=values))

    return plant


def lengths(material: Material) -> Material:
    """W02: clips of different genres have different lengths, as in GTZAN."""
    files = material.corpus.envelopes
    codes = codes_of(material, np.array(list(files)))
    sized = {
        track: replace(file, size=file.size - (40 * int(code) if code < 3 else 0))
        for (track, file), code in zip(files.items(), codes, strict=True)
    }
    return with_corpus(material, envelopes=sized)


def squashed_target(material: Material) -> Material:
    """L22: tanh(sadness) among the inputs of the regression."""
    mood = np.tanh(material.side.song_targets["sadness"])
    side = replace(material.side, song_inputs=material.side.song_inputs.assign(mood=mood))
    return replace(material, side=side)


def squashed_valence(material: Material) -> Material:
    """L22: tanh(valence) as a descriptor of the emotion corpus."""
    item = material.side.emotion
    felt = np.tanh(material.side.affect["valence"].reindex(item.ids).to_numpy())
    values = np.hstack([item.values, felt[:, None]])
    return replace(material, side=replace(material.side, emotion=replace(item, values=values)))


def shared_triplets(material: Material) -> Material:
    """One track in two triplets: it stands on both sides of a split by triplet."""
    pairs = material.side.pairs.copy()
    pairs.loc[0, "track_a"] = pairs["track_a"].iloc[-1]
    return replace(material, side=replace(material.side, pairs=pairs))
