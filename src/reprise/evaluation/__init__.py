"""Scores of clusterings and representations, each with its interval and its chance level."""
