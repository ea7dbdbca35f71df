"""Systems that follow an instruction, held against each other on a person's own texts and labels."""

from core.comparison.estimates import SystemEstimate, estimate_comparison
from core.comparison.rows import Comparison, SystemRow
from core.comparison.sentences import headline, in_words
from core.comparison.task import compare, latest_request, load_comparison, title_among

__all__ = [
    "Comparison",
    "SystemEstimate",
    "SystemRow",
    "compare",
    "estimate_comparison",
    "headline",
    "in_words",
    "latest_request",
    "load_comparison",
    "title_among",
]
