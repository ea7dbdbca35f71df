"""The Export page: every download."""

__all__ = []
