"""Estimates from the check sample: shares of the labels, and how often predictions are right."""

from .estimates import (
    LEAST_CHECKED,
    UNANSWERED,
    CheckEstimate,
    LabelShare,
    check_by_value,
    check_estimate,
    estimate_from_codes,
    present_predictions,
)
from .poststratified import Interval, wilson_limits

__all__ = [
    "LEAST_CHECKED",
    "UNANSWERED",
    "CheckEstimate",
    "Interval",
    "LabelShare",
    "check_by_value",
    "check_estimate",
    "estimate_from_codes",
    "present_predictions",
    "wilson_limits",
]
