"""A corpus: texts with their columns, read from a file; its words, groups and full-text search."""

from core.corpus.column_profile import Profile, dates_of, profile_column
from core.corpus.corpus import Corpus, Partition, build_corpus
from core.corpus.languages import EMOJI, MOST_LOOKED_AT, NO_LETTERS, TextLanguages, find_languages
from core.corpus.left_out import SET_ASIDE, LeftOut, bare_text
from core.corpus.non_answers import NonAnswer, find_non_answers
from core.corpus.report import CorpusReport, examine
from core.corpus.search import (
    LONGEST_QUERY,
    TextIndex,
    build_index,
    find_meaning,
    find_pattern,
    find_words,
    mark_pattern,
    mark_words,
)
from core.corpus.sources import read_table
from core.corpus.table_vectors import vectors_of_texts
from core.corpus.text_column import guess_text_column, looks_like_category
from core.corpus.tokenizer import (
    Words,
    WordTable,
    distinct_words,
    echo_each_other,
    is_unspaced,
    read_words,
    split_words,
    table_words,
)
from core.corpus.value_range import usual_dates, usual_range, without_zone

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
    "usual_dates",
    "usual_range",
    "vectors_of_texts",
    "without_zone",
]
