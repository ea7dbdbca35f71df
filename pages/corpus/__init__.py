"""The Corpus page: choose a file, check its texts, encode them."""

__all__ = []
