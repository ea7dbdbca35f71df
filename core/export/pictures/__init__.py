"""The maps as pictures for print, and as a page that stands alone."""

from .picture_files import picture_files

__all__ = ["picture_files"]
