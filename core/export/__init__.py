"""Write results as files for other tools."""

from .encoder_model import EncoderModel, build_encoder_model, write_encoder_model
from .files import export_files, file_name, rows_of_table, source_table
from .findings import findings_document, findings_to_json_bytes, linear_to_npz_bytes
from .made_by import ENCODER, made_by, with_encoders
from .matrix import linear_to_onnx_bytes, linear_to_safetensors_bytes
from .overview import AnalysisResults, overview_table
from .pictures import LONGEST_TEXT
from .source import EVIDENCE, GROUPS, PICTURES, ExportSource, File, title_of_analysis
from .spreadsheet import count_long_texts, write_jsonl, write_xlsx
from .tables import build_record, export_table
from .tables_and_labels import label_files, table_files
from .text_model import (
    Predicted,
    Predictor,
    TextModel,
    build_text_model,
    read_text_model,
    text_model_to_bytes,
)
from .write import PARQUET_KEY, csv_size, to_csv_bytes, write_csv, write_parquet, write_vectors

__all__ = [
    "ENCODER",
    "EVIDENCE",
    "GROUPS",
    "LONGEST_TEXT",
    "PARQUET_KEY",
    "PICTURES",
    "AnalysisResults",
    "EncoderModel",
    "ExportSource",
    "File",
    "Predicted",
    "Predictor",
    "TextModel",
    "build_encoder_model",
    "build_record",
    "build_text_model",
    "count_long_texts",
    "csv_size",
    "export_files",
    "export_table",
    "file_name",
    "findings_document",
    "findings_to_json_bytes",
    "label_files",
    "linear_to_npz_bytes",
    "linear_to_onnx_bytes",
    "linear_to_safetensors_bytes",
    "made_by",
    "overview_table",
    "read_text_model",
    "rows_of_table",
    "source_table",
    "table_files",
    "text_model_to_bytes",
    "title_of_analysis",
    "to_csv_bytes",
    "with_encoders",
    "write_csv",
    "write_encoder_model",
    "write_jsonl",
    "write_parquet",
    "write_vectors",
    "write_xlsx",
]
