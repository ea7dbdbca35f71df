"""Speeds, scores and their baselines: `make bench…`."""
