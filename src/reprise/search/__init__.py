"""Similarity search over any embedding of tracks: exact while it is small, a navigable graph (HNSW) beyond; numpy and usearch alone."""
