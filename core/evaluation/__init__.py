"""The evaluation of the papers: tasks, figures, and the methods that they compare."""

from core.evaluation.datasets import read_facets, read_published
from core.evaluation.methods import Method, make_methods
from core.evaluation.mteb_encoder import MtebEncoder
from core.evaluation.published import TASKS, find_task
from core.evaluation.report import Report, Score
from core.evaluation.runs import evaluate

__all__ = [
    "TASKS",
    "Method",
    "MtebEncoder",
    "Report",
    "Score",
    "evaluate",
    "find_task",
    "make_methods",
    "read_facets",
    "read_published",
]
