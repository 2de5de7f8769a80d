"""Lyrics: text to sentence embeddings, without a label."""
