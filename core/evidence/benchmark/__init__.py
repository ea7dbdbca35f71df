"""Score methods on the tasks of the papers and on labelled tables, all in the same way."""

from core.evidence.benchmark.cli import add_evaluate
from core.evidence.benchmark.data import Facet, GroupedTexts, Material, Wordings, check_names
from core.evidence.benchmark.datasets import read_facets, read_published
from core.evidence.benchmark.methods import Setting, make_settings, name_vectors, pick, shown_codes
from core.evidence.benchmark.metrics import clustering_score, purity_score
from core.evidence.benchmark.mteb_encoder import MtebEncoder
from core.evidence.benchmark.published_tasks import TASKS, find_task
from core.evidence.benchmark.report import Report, Score
from core.evidence.benchmark.run import evaluate
from core.evidence.benchmark.splits import MIN_LABELLED_RATIO
from core.evidence.method_run import MethodInput, run_method

__all__ = [
    "MIN_LABELLED_RATIO",
    "TASKS",
    "Facet",
    "GroupedTexts",
    "Material",
    "MethodInput",
    "MtebEncoder",
    "Report",
    "Score",
    "Setting",
    "Wordings",
    "add_evaluate",
    "check_names",
    "clustering_score",
    "evaluate",
    "find_task",
    "make_settings",
    "name_vectors",
    "pick",
    "purity_score",
    "read_facets",
    "read_published",
    "run_method",
    "shown_codes",
]
