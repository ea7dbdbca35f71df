"""Compare systems on one sample with the same held-out labels."""

from core.evidence.comparison.measure import Sample, measure_system
from core.evidence.comparison.result import Comparison, Kind, System, SystemRow
from core.evidence.comparison.summary import headline, in_words

__all__ = [
    "Comparison",
    "Kind",
    "Sample",
    "System",
    "SystemRow",
    "headline",
    "in_words",
    "measure_system",
]
