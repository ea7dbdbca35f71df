"""The tasks by the names that jobs are submitted under."""

from __future__ import annotations

from collections.abc import Callable

from .annotate import annotate_analysis
from .check_labels import check_labels
from .cluster import cluster, name_clusters
from .compare import compare
from .demo import prepare_demo
from .download_encoder import download_encoder
from .fit import fit
from .imports import examine_texts, fetch_texts, find_texts, read_texts
from .measure import measure
from .prepare import look, prepare
from .speed import time_encoder
from .try_encoder import try_encoder

TASKS: dict[str, Callable[..., None]] = {
    "annotate": annotate_analysis,
    "check_labels": check_labels,
    "cluster": cluster,
    "compare": compare,
    "download_encoder": download_encoder,
    "examine_texts": examine_texts,
    "fetch_texts": fetch_texts,
    "find_texts": find_texts,
    "fit": fit,
    "look": look,
    "measure": measure,
    "name_clusters": name_clusters,
    "prepare": prepare,
    "prepare_demo": prepare_demo,
    "read_texts": read_texts,
    "time_encoder": time_encoder,
    "try_encoder": try_encoder,
}
