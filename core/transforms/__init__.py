"""Transform stored embeddings by guide labels, and say which method an analysis uses."""

from core.transforms.gstransform import GSTransform
from core.transforms.guided import GuidedTransform
from core.transforms.kernel_ridge import kernel, ridge_coefficients
from core.transforms.linear_form import LinearForm, fit_linear_form, join_inputs
from core.transforms.method import Method, MethodKind
from core.transforms.model_selection import DEFAULT_HYPER_PARAMETERS
from core.transforms.training_set import Examples, name_directions, thin_out
from core.transforms.unsmoothed import (
    Unsmoothed,
    transform_alone,
    unsmoothed_transform,
    without_fitted_texts,
)
from core.transforms.view_mix import ViewMix, choose_mix

__all__ = [
    "DEFAULT_HYPER_PARAMETERS",
    "Examples",
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
