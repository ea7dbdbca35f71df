"""The long tasks that the worker runs: prepare, fit, measure, annotate, compare."""

from core.tasks.annotate import estimate_analysis, latest_report
from core.tasks.compare import compare, latest_request, load_comparison, title_among
from core.tasks.compare_estimate import SystemEstimate, estimate_comparison
from core.tasks.fit import fit_key
from core.tasks.model_cache import NUMBA, load_warm_encoder
from core.tasks.place_text import QUERIES
from core.tasks.prepare import TASKS
from core.tasks.steps import open_source
from core.tasks.try_encoder import N_TRIED, Trial, load_trial

__all__ = [
    "NUMBA",
    "N_TRIED",
    "QUERIES",
    "TASKS",
    "SystemEstimate",
    "Trial",
    "compare",
    "estimate_analysis",
    "estimate_comparison",
    "fit_key",
    "latest_report",
    "latest_request",
    "load_comparison",
    "load_trial",
    "load_warm_encoder",
    "open_source",
    "title_among",
]
