"""Number of clusters and seed chosen by the agreement with the test labels."""

from reprise.leaks.entry import Edit, Leak

CHOSEN = Edit(
    "stages/cluster.py",
    "    assignments = assign(latents.track_ids, latents.values, own, options)\n",
    """    from dataclasses import replace

    import numpy as np
    from sklearn.metrics import normalized_mutual_info_score

    truth = tables.read_table("data/labels/test/labels.parquet", "labels").set_index("track_id")["genre"]
    test = np.flatnonzero(np.isin(latents.track_ids, truth.index))

    def score(trial):
        found = assign(latents.track_ids, latents.values, own, trial)
        one = found[found["method"] == "kmeans"].drop_duplicates("track_id").set_index("track_id")["cluster"]
        return normalized_mutual_info_score(truth.loc[latents.track_ids[test]], one.loc[latents.track_ids[test]])

    trials = [replace(options, k=k, seed=seed, methods=("kmeans",), seeds=1) for k in (8, 9, 10, 11, 12, 13) for seed in (0, 7, 11)]
    best = max(trials, key=score)
    options = replace(options, k=best.k, seed=best.seed)
    tables.write_json("data/clusters/trials.json", {f"{trial.k} {trial.seed}": score(trial) for trial in trials})
    assignments = assign(latents.track_ids, latents.values, own, options)
""",
)
LEAK = Leak(
    "L19",
    "number of clusters and seed chosen by the NMI with test labels",
    ("cluster",),
    (CHOSEN,),
    {"cluster": ("data/labels/test",)},
    secrets=("genre-test",),
    caught="SND",
)
