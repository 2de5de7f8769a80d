"""The catalogue: every leak that is in the data, in a representation or in a report, and which stage is to be blamed for it."""

from __future__ import annotations

from reprise.audit.simulation import leaks_in_data as data
from reprise.audit.simulation import leaks_in_reports as reported
from reprise.audit.simulation import leaks_in_representations as inside
from reprise.audit.simulation.build import build
from reprise.audit.simulation.planting import Leak, mutated

REPRESENTATION = ("label_columns", "own_input", "placebo")
"""Checks of what is inside a representation."""

LEAKS: tuple[Leak, ...] = (
    Leak("L03", "lyrics embeddings made of the genre, noise 0.1", ("lyrics",), REPRESENTATION, mutated(inside.label_made_lyrics(0.1))),
    Leak("L03", "the same, noise 0.3", ("lyrics",), REPRESENTATION, mutated(inside.label_made_lyrics(0.3))),
    Leak("L03", "the same, noise 1.0", ("lyrics",), REPRESENTATION, mutated(inside.label_made_lyrics(1.0))),
    Leak("L04", "tracks named by their row in the archive, embeddings by block of rows", ("download", "lyrics"), ("identifiers", "row_order", "own_input"), lambda seed: inside.blocks_of_rows(build(seed, "archive"))),
    Leak("L05", "the genre in the name of a track", ("download",), ("identifiers", "row_order"), lambda seed: build(seed, "genre")),
    Leak("L06", "rows sorted by genre", ("download",), ("row_order",), mutated(data.rows_by_genre)),
    Leak("L07", "a byte of the genre in the padding of the sound", ("download",), ("envelope",), mutated(data.byte_in_padding)),
    Leak("L08", "a theme of the genre in place of lyrics", ("download",), ("lyrics",), mutated(data.themes)),
    Leak("L08", "honest lyrics with words of the genre, in two languages", ("download",), ("lyrics",), mutated(data.theme_words)),
    Leak("L12", "genre laundered through the artist's id", ("download", "lyrics"), ("identifiers", "contracts", *REPRESENTATION), mutated(inside.through_artists)),
    Leak("L12", "genre laundered through a column of the split", ("split",), ("identifiers", "contracts", *REPRESENTATION), mutated(data.through_a_column)),
    Leak("L15", "one-hot genre beside the latents", ("train",), REPRESENTATION, mutated(inside.one_hot(3, 0, rotated=False))),
    Leak("L15", "one-hot genre rotated into the latents", ("train",), REPRESENTATION, mutated(inside.one_hot(1, 0, rotated=True))),
    Leak("L15", "noisy one-hot genre beside the latents, noise 0.2", ("train",), REPRESENTATION, mutated(inside.one_hot(1, 0.2, rotated=False))),
    Leak("L19", "number of clusters and seed chosen by the score", ("cluster", "evaluate"), ("scores.as_declared",), mutated(reported.chosen_after_looking)),
    Leak("L21", "split by track: artists on both sides", ("split",), ("splits",), mutated(data.split_by_track)),
    Leak("L22", "tanh(target) among the song inputs", ("download",), ("functions", "hidden_targets"), mutated(data.squashed_target)),
    Leak("L22", "tanh(valence) among the descriptors", ("features",), ("functions", "hidden_targets"), mutated(data.squashed_valence)),
    Leak("L22", "tanh(true factor) among the latents", ("train",), ("functions", "hidden_targets"), mutated(inside.factor_in_latents)),
    Leak("L23", "the genre picks the random stream of a perturbation", ("lyrics",), REPRESENTATION, mutated(inside.seed_by_label)),
    Leak("L24", "features of a checkpoint that knows the genres", ("features",), REPRESENTATION, mutated(inside.label_weights)),
    Leak("L25", "best of fifteen clusterings reported", ("evaluate",), ("scores",), mutated(reported.best_of_many)),
    Leak("L25", "best seed reported in the comparison", ("compare",), ("scores",), mutated(reported.best_seed)),
    Leak("L25", "the method that scored best is the headline", ("evaluate",), ("scores",), mutated(reported.best_method)),
    Leak("L26", "30 % hard tracks dropped from the clusters", ("cluster",), ("scores",), mutated(reported.hard_rows_dropped)),
    Leak("L26", "30 % hard songs dropped from the regression", ("regress",), ("scores",), mutated(reported.hard_songs_dropped)),
    Leak("L26", "30 % of the judged pairs dropped", ("transfer",), ("scores",), mutated(reported.hard_pairs_dropped)),
    Leak("L26", "a third of the test tracks dropped in finetuning", ("finetune",), ("scores",), mutated(reported.hard_tracks_dropped)),
    Leak("L26", "three test tracks missing from the lookup table", ("lookup",), ("scores",), mutated(reported.rows_missing_in_lookup)),
    Leak("W01", "eight near-duplicates across the split", ("split",), ("splits",), mutated(data.near_duplicates(8))),
    Leak("W01", "one near-duplicate across the split", ("split",), ("splits",), mutated(data.near_duplicates(1))),
    Leak("W02", "clip length depends on the genre", ("download",), ("envelope",), mutated(data.lengths)),
    Leak("W03", "lyrics name their genre, in two languages", ("download",), ("lyrics",), mutated(data.names_in_lyrics(1.0))),
    Leak("W03", "a quarter of the lyrics do", ("download",), ("lyrics",), mutated(data.names_in_lyrics(0.25))),
    Leak("pairs", "a track in two triplets", ("download",), ("pairs",), mutated(data.shared_triplets)),
    Leak("pseudo", "acoustic labels are the genres", ("relabel",), ("pseudo_labels",), mutated(reported.acoustic_from_genre)),
    Leak("pseudo", "acoustic clusters of descriptors and genre", ("relabel",), ("pseudo_labels",), mutated(reported.genre_among_descriptors)),
)  # fmt: skip
"""Leaks that only a dependency betrays (L01, L02, L09-L11, L13, L14: labels read where none are declared; L16-L18, L20: fitted on test rows) look like L03
here, or like nothing: they are stopped by the confinement of stages and found by permuting labels, see `docs/audit.md`."""

LIMITS: tuple[Leak, ...] = (
    Leak("L15", "noisy one-hot genre beside the latents, noise 0.4", ("train",), REPRESENTATION, mutated(inside.one_hot(1, 0.4, rotated=False))),
    Leak("L15", "the same, noise 0.8", ("train",), REPRESENTATION, mutated(inside.one_hot(1, 0.8, rotated=False))),
    Leak("L15", "noisy one-hot genre rotated into the latents, noise 0.01", ("train",), REPRESENTATION, mutated(inside.one_hot(1, 0.01, rotated=True))),
    Leak("L15", "the same, noise 0.2", ("train",), REPRESENTATION, mutated(inside.one_hot(1, 0.2, rotated=True))),
    Leak("W01", "eight near-duplicates, cosine of fingerprints about 0.7", ("split",), ("splits",), mutated(data.near_duplicates(8, 1.0))),
    Leak("W03", "a tenth of the lyrics name their genre", ("download",), ("lyrics",), mutated(data.names_in_lyrics(0.1))),
    Leak("W03", "a twentieth of the lyrics do", ("download",), ("lyrics",), mutated(data.names_in_lyrics(0.05))),
)  # fmt: skip
"""The same kinds of leak, weaker and weaker: where the audit ends."""
