"""The tasks that import texts: find files, fetch them, read them, examine a text column."""

from .examine import MOST_AT_ONCE, examine_texts
from .files import FIRST, fetch_texts, find_texts, read_texts
from .vectors import name_parts, read_vectors

__all__ = [
    "FIRST",
    "MOST_AT_ONCE",
    "examine_texts",
    "fetch_texts",
    "find_texts",
    "name_parts",
    "read_texts",
    "read_vectors",
]
