"""A ResNet backbone on mel crops, and three ways to teach it the acoustic labels: head only, LoRA adapters, full fine-tuning."""
