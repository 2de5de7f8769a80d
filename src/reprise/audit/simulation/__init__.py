"""Simulated runs, clean and with planted leaks: what the audit's false alarms and its power are measured on."""
