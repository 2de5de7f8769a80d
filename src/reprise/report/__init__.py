"""The comparison of all models: rows, tables and one self-contained page."""
