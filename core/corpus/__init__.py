"""A corpus: texts with their columns, read from a file; its words, groups and full-text search."""

from .column_profile import Profile, dates_of, profile_column
from .corpus import Corpus, Partition, build_corpus, texts_of
from .languages import EMOJI, MOST_LOOKED_AT, NO_LETTERS, TextLanguages, find_languages
from .left_out import SET_ASIDE, LeftOut, bare_text
from .non_answers import NonAnswer, find_non_answers
from .report import CorpusReport, examine
from .search import (
    LONGEST_QUERY,
    TextIndex,
    build_index,
    find_meaning,
    find_pattern,
    find_words,
    mark_pattern,
    mark_words,
)
from .sources import read_table
from .table_vectors import vectors_of_texts
from .text_column import guess_text_column, looks_like_category
from .tokenizer import (
    Words,
    WordTable,
    distinct_words,
    echo_each_other,
    is_unspaced,
    read_words,
    split_words,
    table_words,
)
from .value_range import usual_dates, usual_range, without_zone

__all__ = [
    "EMOJI",
    "LONGEST_QUERY",
    "MOST_LOOKED_AT",
    "NO_LETTERS",
    "SET_ASIDE",
    "Corpus",
    "CorpusReport",
    "LeftOut",
    "NonAnswer",
    "Partition",
    "Profile",
    "TextIndex",
    "TextLanguages",
    "WordTable",
    "Words",
    "bare_text",
    "build_corpus",
    "build_index",
    "dates_of",
    "distinct_words",
    "echo_each_other",
    "examine",
    "find_languages",
    "find_meaning",
    "find_non_answers",
    "find_pattern",
    "find_words",
    "guess_text_column",
    "is_unspaced",
    "looks_like_category",
    "mark_pattern",
    "mark_words",
    "profile_column",
    "read_table",
    "read_words",
    "split_words",
    "table_words",
    "texts_of",
    "usual_dates",
    "usual_range",
    "vectors_of_texts",
    "without_zone",
]
