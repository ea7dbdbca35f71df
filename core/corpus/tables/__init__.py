"""Read a table from a file: CSV, Excel, JSON, Parquet, plain text."""

from .exported_tables import guard_formulas
from .raw_table import Choices, RawTable, ReadOptions
from .read_table import READERS, Table, finish_table, read_raw, read_table
from .refused_types import refusal
from .table_files import load_table, save_table
from .text_encoding import encoding_name
from .tidy_columns import as_text, unique_names

__all__ = [
    "READERS",
    "Choices",
    "RawTable",
    "ReadOptions",
    "Table",
    "as_text",
    "encoding_name",
    "finish_table",
    "guard_formulas",
    "load_table",
    "read_raw",
    "read_table",
    "refusal",
    "save_table",
    "unique_names",
]
