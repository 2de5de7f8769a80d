"""Arousal and valence from pairwise judgements, on embeddings of the finetuned backbone, scored as MusAV scores."""
