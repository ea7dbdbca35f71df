"""Compare systems on one sample with the same held-out labels."""

from .measure import Sample, measure_system
from .result import Comparison, System, SystemRow
from .summary import headline, in_words
from .systems import Encoders, find_refusal, list_systems, sample_rows, title_among

__all__ = [
    "Comparison",
    "Encoders",
    "Sample",
    "System",
    "SystemRow",
    "find_refusal",
    "headline",
    "in_words",
    "list_systems",
    "measure_system",
    "sample_rows",
    "title_among",
]
