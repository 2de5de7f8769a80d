"""Confinement: a stage can open what it declares, and nothing else."""
