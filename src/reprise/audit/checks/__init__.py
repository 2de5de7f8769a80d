"""One file for each kind of leak: what is tested, against which null, and what to change when it fails."""
