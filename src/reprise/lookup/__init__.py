"""The table a recommender reads: one row per test track with label, mood, place on the map, cluster and neighbours."""
