"""Transform stored embeddings by guide labels, and say which method an analysis uses."""

from .final_vectors import FinalVectorsTransform
from .gstransform import GSTransform
from .guided import GuidedTransform
from .kernel_ridge import kernel, ridge_coefficients
from .linear_form import LinearForm, fit_linear_form, join_inputs
from .method import Method, MethodKind
from .model_selection import DEFAULT_HYPER_PARAMETERS
from .training_set import Examples, name_directions, thin_out
from .unsmoothed import (
    Unsmoothed,
    transform_alone,
    unsmoothed_transform,
    without_fitted_texts,
)
from .view_mix import ViewMix, choose_mix

__all__ = [
    "DEFAULT_HYPER_PARAMETERS",
    "Examples",
    "FinalVectorsTransform",
    "GSTransform",
    "GuidedTransform",
    "LinearForm",
    "Method",
    "MethodKind",
    "Unsmoothed",
    "ViewMix",
    "choose_mix",
    "fit_linear_form",
    "join_inputs",
    "kernel",
    "name_directions",
    "ridge_coefficients",
    "thin_out",
    "transform_alone",
    "unsmoothed_transform",
    "without_fitted_texts",
]
