"""Transform stored embeddings by guide labels, and say which method an analysis uses."""

from core.transforms.gstransform import GSTransform
from core.transforms.guided import GuidedTransform
from core.transforms.kernel_ridge import kernel, ridge_coefficients, softmax
from core.transforms.linear_form import LinearForm, fit_linear_form
from core.transforms.method import Approach
from core.transforms.model_selection import USUAL
from core.transforms.training_set import Examples, name_directions, thin_out

__all__ = [
    "USUAL",
    "Approach",
    "Examples",
    "GSTransform",
    "GuidedTransform",
    "LinearForm",
    "fit_linear_form",
    "kernel",
    "name_directions",
    "ridge_coefficients",
    "softmax",
    "thin_out",
]
