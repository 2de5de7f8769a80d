"""Figures: functions that take data and return a matplotlib figure; saving is one module's business."""
