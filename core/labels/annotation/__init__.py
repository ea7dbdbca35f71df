"""Guide labels by a language model: cost estimate, prompts, retries, cache of replies."""

from .categories import KnownLabels
from .estimate import Estimate, estimate
from .pipeline import (
    BROAD_CATEGORY_SHARE,
    MAX_ANNOTATED_TEXTS,
    STAGES,
    AnnotationReport,
    annotate,
    sample_rows,
)
from .reply_cache import ReplyCache

__all__ = [
    "BROAD_CATEGORY_SHARE",
    "MAX_ANNOTATED_TEXTS",
    "STAGES",
    "AnnotationReport",
    "Estimate",
    "KnownLabels",
    "ReplyCache",
    "annotate",
    "estimate",
    "sample_rows",
]
