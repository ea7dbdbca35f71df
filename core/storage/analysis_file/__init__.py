"""One analysis as one file, which opens in another data folder as it was saved."""

from .contents import ENDING
from .machine import differences
from .open import OpenedAnalysis, open_analysis
from .write import Sizes, measure_sizes, save_analysis, write_analysis

__all__ = [
    "ENDING",
    "OpenedAnalysis",
    "Sizes",
    "differences",
    "measure_sizes",
    "open_analysis",
    "save_analysis",
    "write_analysis",
]
