"""Write results as files for other tools."""

from core.export.files import ExportSource, File, export_files, file_name, source_table
from core.export.findings import findings_to_json_bytes, linear_to_npz_bytes
from core.export.overview import AnalysisResults, overview_table
from core.export.tables import build_record, export_table
from core.export.write import csv_size, to_csv_bytes, to_parquet_bytes, vectors_to_parquet_bytes

__all__ = [
    "AnalysisResults",
    "ExportSource",
    "File",
    "build_record",
    "csv_size",
    "export_files",
    "export_table",
    "file_name",
    "findings_to_json_bytes",
    "linear_to_npz_bytes",
    "overview_table",
    "source_table",
    "to_csv_bytes",
    "to_parquet_bytes",
    "vectors_to_parquet_bytes",
]
