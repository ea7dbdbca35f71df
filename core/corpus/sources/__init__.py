"""Texts from a path, folder or pattern of this machine, or from a server that a person named."""

from .address import LOCAL, Address, parse_address
from .file_systems import SourceMoved
from .found_files import FoundColumn, FoundFile, FoundFiles, count_files
from .limited import (
    fetch_limited,
    find_limited,
    is_read_here,
    limits_for,
    read_found_limited,
    read_upload,
    run_limited,
)
from .read_source import fetched, find_source, first_rows, read_found, read_table

__all__ = [
    "LOCAL",
    "Address",
    "FoundColumn",
    "FoundFile",
    "FoundFiles",
    "SourceMoved",
    "count_files",
    "fetch_limited",
    "fetched",
    "find_limited",
    "find_source",
    "first_rows",
    "is_read_here",
    "limits_for",
    "parse_address",
    "read_found",
    "read_found_limited",
    "read_table",
    "read_upload",
    "run_limited",
]
