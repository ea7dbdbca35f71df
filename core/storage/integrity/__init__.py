"""Notice damage of the SQLite file of what people type, and keep copies of it."""

from .copies import back_up_daily, copy_database, find_backups
from .opening import open_checked
from .row_checks import CHECKED, Value, checksum, columns_of, decode
from .verify import (
    Report,
    check_file,
    connect_readonly,
    has_right_definitions,
)

__all__ = [
    "CHECKED",
    "Report",
    "Value",
    "back_up_daily",
    "check_file",
    "checksum",
    "columns_of",
    "connect_readonly",
    "copy_database",
    "decode",
    "find_backups",
    "has_right_definitions",
    "open_checked",
]
