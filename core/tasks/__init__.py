"""The long work that the worker runs.

Each task takes the store, a `Report`, and keys. It reports its stages and leaves its result on disk. Tasks
run one at a time; a query is answered while a task runs.
"""

from .annotate import estimate_analysis, latest_report
from .check_labels import LabelCheck, LabelDoubt, check_key, load_label_check
from .cluster import analysis_clusters, map_clusters, naming_problems, read_edits
from .compare import latest_request, load_comparison
from .compare_estimate import SystemEstimate, estimate_comparison
from .demo import (
    DEMO_ANALYSES,
    demo_analyses,
    is_demo_wanted,
    note_demo_removed,
    prepare_demo,
    read_demo,
    unmeasured_demo,
)
from .fit import fit_key
from .measure import check_generic_map
from .model_cache import NUMBA, load_warm_corpus, load_warm_encoder
from .place_text import QUERIES
from .prepare import add_column_analysis
from .registry import TASKS
from .speed import texts_to_time
from .steps import (
    draw_space,
    has_k_clusters,
    keep_distinct_vectors,
    keep_graph,
    keep_word_table,
    open_source,
)
from .try_encoder import N_TRIED, Trial, load_trial

__all__ = [
    "DEMO_ANALYSES",
    "NUMBA",
    "N_TRIED",
    "QUERIES",
    "TASKS",
    "LabelCheck",
    "LabelDoubt",
    "SystemEstimate",
    "Trial",
    "add_column_analysis",
    "analysis_clusters",
    "check_generic_map",
    "check_key",
    "demo_analyses",
    "draw_space",
    "estimate_analysis",
    "estimate_comparison",
    "fit_key",
    "has_k_clusters",
    "is_demo_wanted",
    "keep_distinct_vectors",
    "keep_graph",
    "keep_word_table",
    "latest_report",
    "latest_request",
    "load_comparison",
    "load_label_check",
    "load_trial",
    "load_warm_corpus",
    "load_warm_encoder",
    "map_clusters",
    "naming_problems",
    "note_demo_removed",
    "open_source",
    "prepare_demo",
    "read_demo",
    "read_edits",
    "texts_to_time",
    "unmeasured_demo",
]
