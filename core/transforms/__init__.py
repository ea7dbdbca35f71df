"""Transforms: estimators that reshape the generic space by guide labels."""

from core.transforms.gstransform import GSTransform
from core.transforms.guided import GuidedTransform

__all__ = ["GSTransform", "GuidedTransform"]
