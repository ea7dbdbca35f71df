"""The data folder; files that are written whole or not at all, with a checksum of their content."""

from .arrays import check_array, is_whole, map_array, open_array, write_array
from .atomic import (
    data_home,
    find_leftovers,
    flush_folder,
    remove_leftovers,
    storage_error,
    write_atomically,
)
from .checksums import (
    DamagedFile,
    check_file,
    has_checksum,
    read_checked,
    write_checked,
)
from .parquet import read_parquet, write_parquet

__all__ = [
    "DamagedFile",
    "check_array",
    "check_file",
    "data_home",
    "find_leftovers",
    "flush_folder",
    "has_checksum",
    "is_whole",
    "map_array",
    "open_array",
    "read_checked",
    "read_parquet",
    "remove_leftovers",
    "storage_error",
    "write_array",
    "write_atomically",
    "write_checked",
    "write_parquet",
]
