"""Audit: labels in the data, in a representation or in a report, where they must not be."""
