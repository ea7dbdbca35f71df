"""Write results as files for other tools."""

from core.export.tables import (
    build_export,
    build_record,
    csv_size,
    file_name,
    findings_to_json_bytes,
    linear_to_npz_bytes,
    to_csv_bytes,
    to_parquet_bytes,
    vectors_to_parquet_bytes,
)

__all__ = [
    "build_export",
    "build_record",
    "csv_size",
    "file_name",
    "findings_to_json_bytes",
    "linear_to_npz_bytes",
    "to_csv_bytes",
    "to_parquet_bytes",
    "vectors_to_parquet_bytes",
]
