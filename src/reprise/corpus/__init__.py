"""The embedded corpus: music, lyrics and ground truth, composed and rendered offline with numpy and scipy."""
