"""Guide labels by a language model: cost estimate, prompts, retries, cache of replies."""

from core.labels.annotation.pipeline import (
    MODEL,
    MOST_TEXTS,
    STAGES,
    SWALLOWS,
    AnnotationReport,
    Estimate,
    KnownLabels,
    annotate,
    estimate,
    sample_rows,
)
from core.labels.annotation.reply_cache import AnswerCache

__all__ = [
    "MODEL",
    "MOST_TEXTS",
    "STAGES",
    "SWALLOWS",
    "AnnotationReport",
    "AnswerCache",
    "Estimate",
    "KnownLabels",
    "annotate",
    "estimate",
    "sample_rows",
]
