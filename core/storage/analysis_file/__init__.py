"""One analysis as one file, which opens in another data folder as it was saved."""

from .archive import SavedAnalysis
from .contents import ENDING
from .machine import differences
from .open import OpenedAnalysis, open_analysis, unpack_analysis
from .write import Sizes, measure_sizes, save_analysis, write_analysis

__all__ = [
    "ENDING",
    "OpenedAnalysis",
    "SavedAnalysis",
    "Sizes",
    "differences",
    "measure_sizes",
    "open_analysis",
    "save_analysis",
    "unpack_analysis",
    "write_analysis",
]
