"""The Guide page: instruction, label names, the labelling deck."""

__all__ = []
