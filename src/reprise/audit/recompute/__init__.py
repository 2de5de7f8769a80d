"""Reported numbers computed again from the artefacts: best-of-many, dropped rows and other labels show nowhere else."""
