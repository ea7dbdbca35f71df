"""Refract's core, without any user interface.

Imports go down this list only:

errors      the exceptions, each message a sentence for people
utils       hashing, files, HTTP, hardware, memory, progress, child processes
corpus      texts with their columns, read from a file
encoders    turn texts into embeddings
neighbours  the k-nearest-neighbour graph of embeddings
transforms  reshape stored embeddings by guide labels
maps        spaces, their 2-D maps and clusters
labels      guide labels: suggestions, mistakes, duplicates, import, language models
evidence    whether it helps: held-out labels, baselines, comparison, benchmark
export      results as files for other tools
storage     what people type, and what machines compute, on disk
tasks       the long work: prepare, fit, measure, annotate, compare
batch       the same work on files of Parquet, on one machine or many
jobs        one worker process that runs the tasks

`from core import GuidedTransform` and the other names of `__all__` are the public interface.
"""

from __future__ import annotations

import importlib

_HOMES = {
    "Corpus": "core.corpus",
    "GSTransform": "core.transforms",
    "GuideLabels": "core.labels",
    "GuidedTransform": "core.transforms",
    "JobRunner": "core.jobs",
    "RefractError": "core.errors",
    "Store": "core.storage",
    "available_encoders": "core.encoders",
    "build_graph": "core.neighbours",
    "cluster_map": "core.maps.clusters",
    "cross_validate": "core.evidence",
    "download_model": "core.encoders",
    "export_table": "core.export",
    "find_mistakes": "core.labels",
    "learning_curve": "core.evidence",
    "load_encoder": "core.encoders",
    "name_clusters": "core.maps.clusters",
    "place_text": "core.maps",
    "project": "core.maps",
    "read_table": "core.corpus",
    "suggest": "core.labels",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562): `import core` itself stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
