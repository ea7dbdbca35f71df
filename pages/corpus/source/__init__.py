"""Texts from a path or an address, and tables too large to be read while a page waits."""

from pages.corpus.source.examined import find_corpus, find_examined, is_large
from pages.corpus.source.field import draw_path_field, has_source
from pages.corpus.source.found import draw_found
from pages.corpus.source.reading import (
    ReadTable,
    drop_source,
    find_read,
    follow,
    is_large_file,
    start_reading_again,
    start_upload,
)

__all__ = [
    "ReadTable",
    "draw_found",
    "draw_path_field",
    "drop_source",
    "find_corpus",
    "find_examined",
    "find_read",
    "follow",
    "has_source",
    "is_large",
    "is_large_file",
    "start_reading_again",
    "start_upload",
]
