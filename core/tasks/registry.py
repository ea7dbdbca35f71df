"""The tasks by the names that jobs are submitted under."""

from __future__ import annotations

from collections.abc import Callable

from core.tasks.annotate import annotate_analysis
from core.tasks.check_labels import check_labels
from core.tasks.cluster import cluster, name_clusters
from core.tasks.compare import compare
from core.tasks.demo import prepare_demo
from core.tasks.download_encoder import download_encoder
from core.tasks.fit import fit
from core.tasks.imports import examine_texts, fetch_texts, find_texts, read_texts
from core.tasks.measure import measure
from core.tasks.prepare import look, prepare
from core.tasks.speed import time_encoder
from core.tasks.try_encoder import try_encoder

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
