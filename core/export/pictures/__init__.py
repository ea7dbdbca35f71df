"""The maps as pictures for print, and as a report that stands alone in one file."""

from .picture_files import LONGEST_TEXT, picture_files

__all__ = ["LONGEST_TEXT", "picture_files"]
