"""Acoustic labels: clusters of descriptors, profiled against the original tags and named after what is over-represented in them."""
