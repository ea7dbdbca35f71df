"""Speeds and their baselines: `make bench`."""
