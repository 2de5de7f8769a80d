"""Reprise: music to representations, clusters, labels, mood and a lookup table, as a pipeline that can be trusted."""
