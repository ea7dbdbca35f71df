"""Transform stored embeddings by guide labels, and say which method an analysis uses."""

from core.transforms.gstransform import GSTransform
from core.transforms.guided import GuidedTransform
from core.transforms.kernel_ridge import kernel, ridge_coefficients
from core.transforms.linear_form import LinearForm, fit_linear_form
from core.transforms.method import Method, MethodKind
from core.transforms.model_selection import DEFAULT_HYPER_PARAMETERS
from core.transforms.training_set import Examples, name_directions, thin_out

__all__ = [
    "DEFAULT_HYPER_PARAMETERS",
    "Examples",
    "GSTransform",
    "GuidedTransform",
    "LinearForm",
    "Method",
    "MethodKind",
    "fit_linear_form",
    "kernel",
    "name_directions",
    "ridge_coefficients",
    "thin_out",
]
