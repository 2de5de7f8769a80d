"""One training loop for all models: batches from a memory map, early stopping, health checks, checkpoints."""
