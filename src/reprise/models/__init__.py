"""The model zoo: one file is one model and says only what differs; every formula stands once, in `losses`."""
