"""The tasks by the names that jobs are submitted under."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from core.tasks.annotate import annotate_analysis
from core.tasks.check_labels import check_labels
from core.tasks.cluster import cluster, name_clusters
from core.tasks.compare import compare
from core.tasks.fit import fit
from core.tasks.measure import measure
from core.tasks.model_cache import load_warm_corpus, load_warm_encoder
from core.tasks.prepare import prepare
from core.tasks.try_encoder import try_encoder

_LOADERS: dict[str, Any] = {"load_corpus": load_warm_corpus, "load_encoder": load_warm_encoder}

TASKS: dict[str, Callable[..., None]] = {
    "annotate": partial(annotate_analysis, **_LOADERS),
    "check_labels": check_labels,
    "cluster": cluster,
    "compare": partial(compare, load_corpus=load_warm_corpus),
    "fit": fit,
    "measure": measure,
    "name_clusters": partial(name_clusters, load_corpus=load_warm_corpus),
    "prepare": prepare,
    "try_encoder": partial(try_encoder, **_LOADERS),
}
