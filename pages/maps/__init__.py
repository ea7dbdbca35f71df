"""The Maps page: both maps, linked, and the panels beside them."""

__all__ = []
