"""The long work that the worker runs.

Each task takes the store, a `Report`, and keys. It reports its stages and leaves its result on disk. Tasks
run one at a time; a query is answered while a task runs.
"""

from core.tasks.annotate import estimate_analysis, latest_report
from core.tasks.check_labels import LabelCheck, LabelDoubt, check_key, load_label_check
from core.tasks.cluster import analysis_clusters, naming_problems, read_edits
from core.tasks.compare import latest_request, load_comparison
from core.tasks.compare_estimate import SystemEstimate, estimate_comparison
from core.tasks.demo import (
    DEMO_ANALYSES,
    demo_analyses,
    is_demo_wanted,
    note_demo_removed,
    prepare_demo,
    read_demo,
    unmeasured_demo,
)
from core.tasks.fit import fit_key
from core.tasks.measure import check_generic_map
from core.tasks.model_cache import NUMBA, load_warm_encoder
from core.tasks.place_text import QUERIES
from core.tasks.prepare import add_column_analysis
from core.tasks.registry import TASKS
from core.tasks.speed import texts_to_time
from core.tasks.steps import (
    draw_space,
    has_k_clusters,
    keep_distinct_vectors,
    keep_graph,
    keep_word_table,
    open_source,
)
from core.tasks.try_encoder import N_TRIED, Trial, load_trial

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
    "load_warm_encoder",
    "naming_problems",
    "note_demo_removed",
    "open_source",
    "prepare_demo",
    "read_demo",
    "read_edits",
    "texts_to_time",
    "unmeasured_demo",
]
