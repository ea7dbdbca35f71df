"""The tasks of the papers and any labelled table, scored for every method alike."""

from core.evidence.benchmark.data import GroupedTexts, Material, Wordings
from core.evidence.benchmark.datasets import read_facets, read_published
from core.evidence.benchmark.methods import Method, make_methods
from core.evidence.benchmark.mteb_encoder import MtebEncoder
from core.evidence.benchmark.published_tasks import TASKS, find_task
from core.evidence.benchmark.report import Report, Score
from core.evidence.benchmark.run import evaluate

__all__ = [
    "TASKS",
    "GroupedTexts",
    "Material",
    "Method",
    "MtebEncoder",
    "Report",
    "Score",
    "Wordings",
    "evaluate",
    "find_task",
    "make_methods",
    "read_facets",
    "read_published",
]
