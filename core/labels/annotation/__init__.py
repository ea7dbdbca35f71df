"""Guide labels by a language model: cost estimate, prompts, retries, cache of replies."""

from core.labels.annotation.categories import KnownLabels
from core.labels.annotation.estimate import Estimate, estimate
from core.labels.annotation.pipeline import (
    BROAD_CATEGORY_SHARE,
    MAX_ANNOTATED_TEXTS,
    STAGES,
    AnnotationReport,
    annotate,
    sample_rows,
)
from core.labels.annotation.reply_cache import ReplyCache

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
