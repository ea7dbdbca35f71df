"""The tasks that import texts: find files, fetch them, read them, examine a text column."""

from core.tasks.imports.examine import MOST_AT_ONCE, examine_texts
from core.tasks.imports.files import FIRST, fetch_texts, find_texts, read_texts

__all__ = ["FIRST", "MOST_AT_ONCE", "examine_texts", "fetch_texts", "find_texts", "read_texts"]
