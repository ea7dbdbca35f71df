"""Language models from a folder: complete, in a known number format, without code of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.encoders.model_files import unreadable
from core.encoders.spec import read_settings
from core.errors import EncoderUnavailable
from core.utils import processor_has_bfloat16

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def load_language_model(
    name: str, folder: Path, number_format: str = ""
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, bool]:
    """Load a language model that writes text, or fills masks; on CUDA when there is one.

    Parameters
    ----------
    name : str
        What people know it by.
    folder : Path
        Its files; nothing is fetched.
    number_format : "float32" or "bfloat16", optional
        By default float32, for Llama bfloat16 where the hardware computes in it.

    Returns
    -------
    model
    tokenizer
        Cuts beginnings; pads at the left for models that write.
    masked : bool
        Whether it fills masks.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be read as such a model.
    """
    import torch

    settings = read_settings(folder / "config.json")
    masked = _is_masked(settings, name, folder)
    number_format = number_format or _published_format(settings.get("model_type", ""))
    model, tokenizer = _load(name, folder, number_format, masked)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if masked and (
        tokenizer.mask_token_id is None or not (hasattr(model, "lm_head") or hasattr(model, "cls"))
    ):
        raise EncoderUnavailable(
            f"The encoder {name} in {folder} has no mask token or no head that Refract knows: choose another."
        )
    try:
        model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    except RuntimeError as error:  # most often a model that is larger than the card's memory
        raise unreadable(name, folder, error) from error
    return model.eval(), tokenizer, masked


def _is_masked(settings: dict, name: str, folder: Path) -> bool:
    architecture = str((settings.get("architectures") or [""])[0])
    if not architecture.endswith(("ForCausalLM", "ForMaskedLM")):
        raise EncoderUnavailable(
            f"The encoder {name} in {folder} is no language model ({architecture or 'nothing'} in its "
            "config.json): choose an InBedder model or its folder."
        )
    return architecture.endswith("ForMaskedLM")


def _published_format(model_type: str) -> str:
    """Published number format, where the hardware computes in it."""
    import torch

    if model_type != "llama":
        return "float32"
    if torch.cuda.is_available():
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bfloat16" if processor_has_bfloat16() else "float32"


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
        model, report = kind.from_pretrained(
            str(folder),
            dtype=getattr(torch, number_format),
            attn_implementation="sdpa",
            output_loading_info=True,
            **source,
        )
    except Exception as error:  # damaged files, unknown architectures, missing parts: of many types
        raise unreadable(name, folder, error) from error
    missing = sorted(report["missing_keys"])
    if missing:  # the library would fill them by chance
        raise EncoderUnavailable(
            f"The encoder {name} in {folder} is not complete (no weights for {missing[0]}): fetch it again, "
            "or choose another."
        )
    return model, tokenizer
