"""Guide labels by a language model: cost estimate, prompts, retries, cache of replies."""

from core.labels.annotation.categories import KnownLabels
from core.labels.annotation.estimate import Estimate, estimate
from core.labels.annotation.pipeline import (
    MAX_ANNOTATED_TEXTS,
    STAGES,
    SWALLOWS,
    AnnotationReport,
    annotate,
    sample_rows,
)
from core.labels.annotation.reply_cache import ReplyCache

__all__ = [
    "MAX_ANNOTATED_TEXTS",
    "STAGES",
    "SWALLOWS",
    "AnnotationReport",
    "Estimate",
    "KnownLabels",
    "ReplyCache",
    "annotate",
    "estimate",
    "sample_rows",
]
