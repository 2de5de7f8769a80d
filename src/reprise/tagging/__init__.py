"""Labels and moods of the last run, written into copies of the user's audio files."""
