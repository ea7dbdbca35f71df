"""The commands over the data folder: each reads options, makes one call of the API, and prints."""

from .analysis_commands import add_apply, add_cluster, add_evidence, add_export, add_fit, add_map
from .analysis_file_commands import add_analysis
from .app_commands import add_demo, add_download
from .corpus_commands import add_encode, add_list, add_suggest

__all__ = [
    "add_analysis",
    "add_apply",
    "add_cluster",
    "add_demo",
    "add_download",
    "add_encode",
    "add_evidence",
    "add_export",
    "add_fit",
    "add_list",
    "add_map",
    "add_suggest",
]
