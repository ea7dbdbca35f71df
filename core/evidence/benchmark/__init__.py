"""Score methods on the tasks of the papers and on labelled tables, all in the same way."""

from ..method_run import MethodInput, run_method
from .cli import add_evaluate
from .data import Facet, GroupedTexts, Material, Wordings, check_names
from .datasets import read_facets, read_published
from .methods import Setting, make_settings, name_vectors, pick, shown_codes
from .metrics import clustering_score, purity_score
from .mteb_encoder import MtebEncoder
from .published_tasks import TASKS, find_task
from .report import Report, Score
from .run import evaluate
from .splits import MIN_LABELLED_RATIO

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
