"""Load a language model from a folder: complete, in a known number format, without running its code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import EncoderUnavailable
from ...utils import bfloat16_is_faster, default_device
from ..model_files import architecture, read_settings, unreadable

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def load_language_model(name: str, folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    """Load a causal or masked language model from its files, on the graphics chip if there is one.

    Returns
    -------
    model
    tokenizer
        Cuts beginnings; pads at the left for causal models.
    masked : bool
        Whether the model fills masks.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be loaded as such a model.
    """
    masked = _is_masked(name, folder)
    model_type = read_settings(folder / "config.json").get("model_type", "")
    model, tokenizer = _load(name, folder, number_format_of(model_type), masked)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if masked and (
        tokenizer.mask_token_id is None or not (hasattr(model, "lm_head") or hasattr(model, "cls"))
    ):
        raise EncoderUnavailable(
            f"The encoder {name} in {folder} has no mask token or no head that Refract knows: choose another."
        )
    try:
        model = model.to(default_device())  # type: ignore[arg-type]  # a decorator hides that it is a method
    except RuntimeError as error:  # mostly too little memory on the graphics card
        raise unreadable(name, folder, error) from error
    return model.eval(), tokenizer, masked


def _is_masked(name: str, folder: Path) -> bool:
    found = architecture(folder)
    if not found.endswith(("ForCausalLM", "ForMaskedLM")):
        raise EncoderUnavailable(
            f"The encoder {name} in {folder} is no language model ({found or 'nothing'} in its config.json): "
            "choose an InBedder model or its folder."
        )
    return found.endswith("ForMaskedLM")


def number_format_of(model_type: str) -> str:
    """Return the published number format: float32, for Llama bfloat16 where that is fast."""
    if model_type != "llama":
        return "float32"
    device = default_device()
    fast = bfloat16_is_faster() if device == "cpu" else _card_has_bfloat16(device)
    return "bfloat16" if fast else "float32"


def _card_has_bfloat16(device: str) -> bool:
    """Return whether a graphics chip computes in bfloat16; old ones of NVIDIA emulate it slowly."""
    import torch

    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    try:
        torch.ones(1, dtype=torch.bfloat16, device=device).sum()
    except (RuntimeError, TypeError):
        return False
    return True


def _load(
    name: str, folder: Path, number_format: str, masked: bool
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    kind = AutoModelForMaskedLM if masked else AutoModelForCausalLM
    source = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            str(folder), padding_side="right" if masked else "left", truncation_side="left", **source
        )
        # A pair only with `output_loading_info`, which the library's annotation leaves out.
        loaded: Any = kind.from_pretrained(
            str(folder),
            dtype=getattr(torch, number_format),
            attn_implementation="sdpa",
            output_loading_info=True,
            **source,
        )
        model, report = loaded
    except Exception as error:  # of many types: damaged files, unknown architectures, missing parts
        raise unreadable(name, folder, error) from error
    missing = sorted(report["missing_keys"])
    if missing:  # the library would fill them with random numbers
        raise EncoderUnavailable(
            f"The encoder {name} in {folder} is not complete (no weights for {missing[0]}): fetch it again, "
            "or choose another."
        )
    return model, tokenizer
