"""Splitting: training, validation and test parts that share neither an artist nor a recording."""
