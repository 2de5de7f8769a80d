"""Leaks planted in copies of the real pipeline, and which layer of defence sees each: how the proofs are tested. The leaks themselves are in ``tests/leaks``."""
