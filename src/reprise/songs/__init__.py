"""Songs: lyrics, audio descriptors and metadata, fused into one embedding and regressed onto 18 targets."""
