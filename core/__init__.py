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
api         the ways in beside the app: Python objects, commands, a server for agents

`from core import GuidedTransform` and the other names of `__all__` are the public interface. Installed, this
package is called `refract`: within it, imports are relative, so that both names work.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_HOMES = {
    "Corpus": ".corpus",
    "EncodedTexts": ".api",
    "GSTransform": ".transforms",
    "GuideLabels": ".labels",
    "GuidedTransform": ".transforms",
    "JobRunner": ".jobs",
    "RefractError": ".errors",
    "ReshapeVectorizer": ".api",
    "ReshapedTexts": ".api",
    "Store": ".storage",
    "Texts": ".api",
    "available_encoders": ".encoders",
    "build_graph": ".neighbours",
    "cluster_map": ".maps.clusters",
    "cross_validate": ".evidence",
    "download_model": ".encoders",
    "export_table": ".export",
    "find_mistakes": ".labels",
    "learning_curve": ".evidence",
    "load_encoder": ".encoders",
    "name_clusters": ".maps.clusters",
    "open": ".api",
    "place_text": ".maps",
    "project": ".maps",
    "read": ".api",
    "read_table": ".corpus",
    "suggest": ".labels",
}

__all__ = sorted(_HOMES.keys() - {"open"})  # which would hide the function of Python


def __getattr__(name: str) -> object:
    """Import a public name when it is first used (PEP 562): the package itself is imported fast."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
