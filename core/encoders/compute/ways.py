"""The ways in which a sentence-transformers model can compute: number format, packed layers, batches."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..batching import CountTokens, make_batches
from .packed_linear import can_pack, pack_linear_layers

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Way:
    """A way to compute.

    Attributes
    ----------
    name : str
    number_format : str
        Part of the key of the vectors. Ways with one number format give equal vectors, but for the rounding
        of float32.
    batch_tokens, most_texts : int
        Size of a batch, as for `make_batches`.
    counts_tokens : bool
        Whether texts are tokenised before they are put into batches: this takes 0.1 ms a text, which is much
        on a graphics card.
    """

    name: str
    number_format: str
    batch_tokens: int
    most_texts: int = 1_024
    counts_tokens: bool = True

    @property
    def dtype(self) -> str:
        """Name of the type of the parameters."""
        return self.number_format.removeprefix("packed ")

    @property
    def packs(self) -> bool:
        """Whether the linear layers are packed."""
        return self.name.startswith("packed ")


PLAIN = Way("plain", "float32", batch_tokens=2**30, most_texts=32, counts_tokens=False)
"""As `SentenceTransformer.encode` does: batches of 32 texts with about as many characters."""

# Batches that stay in the cache: in float32 4,096 tokens are 6 % slower than 1,024. With AMX larger ones win.
ON_PROCESSOR = (
    PLAIN,
    Way("packed bfloat16", "packed bfloat16", batch_tokens=4_096),
    Way("packed float32", "float32", batch_tokens=1_024),
    Way("float32", "float32", batch_tokens=1_024),
    Way("bfloat16", "bfloat16", batch_tokens=4_096),
)
ON_CARD = (
    PLAIN,
    Way("float16", "float16", batch_tokens=65_536, counts_tokens=False),
    Way("bfloat16", "bfloat16", batch_tokens=65_536, counts_tokens=False),
    Way("float32", "float32", batch_tokens=65_536, counts_tokens=False),
)


def ways_on(device: str) -> tuple[Way, ...]:
    """Return the ways that a device may have, the plain one first."""
    if device != "cpu":
        return ON_CARD
    possible = [way for way in ON_PROCESSOR if not way.packs or can_pack(way.dtype)]
    # Where layers can be packed, bfloat16 without that was never faster.
    return tuple(way for way in possible if way.name != "bfloat16" or not can_pack())


def number_formats(device: str) -> tuple[str, ...]:
    """Return the number formats of the ways on a device."""
    return tuple(dict.fromkeys(way.number_format for way in ways_on(device)))


def convert(model: SentenceTransformer, way: Way) -> SentenceTransformer:
    """Return a model that computes in a way; unchanged parameters are shared with the one given."""
    if way.dtype == "float32" and not way.packs:
        return model
    # Without this the copy would double the memory: parameters are replaced below, not changed.
    shared: dict[int, object] = {id(parameter): parameter for parameter in model.parameters()}
    converted = copy.deepcopy(model, shared)
    if way.dtype != "float32":
        _convert_parameters(converted[0], way.dtype)
        converted[0].register_forward_hook(_to_float32)
    if way.packs:
        pack_linear_layers(converted[0])
    return converted


def token_counter(tokenizer: PreTrainedTokenizerBase) -> CountTokens | None:
    """Return what counts the tokens of texts, marks included; None for a tokeniser written in Python.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        A copy for this alone: that it cuts and pads nothing is a state that others do not share. To make a
        copy takes 35 ms.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return None

    backend.no_truncation()
    backend.no_padding()
    return lambda texts: [len(encoding.ids) for encoding in backend.encode_batch_fast(texts)]


def encode_in_batches(
    model: SentenceTransformer, way: Way, texts: Sequence[str], count_tokens: CountTokens | None = None
) -> np.ndarray:
    """Return the unit vectors of different texts, in batches as the way has them: float32 (n, n_dims).

    `count_tokens` is used where the way counts tokens.
    """
    limit = model.max_seq_length or 512
    found: dict[str, np.ndarray] = {}
    for batch in make_batches(
        texts,
        max_tokens=limit,
        batch_tokens=way.batch_tokens,
        most_texts=way.most_texts,
        count_tokens=count_tokens if way.counts_tokens else None,
    ):
        vectors = model.encode(
            batch, batch_size=len(batch), normalize_embeddings=True, show_progress_bar=False
        )
        found.update(zip(batch, vectors, strict=True))
    return np.array([found[text] for text in texts], dtype=np.float32)


def _convert_parameters(module: torch.nn.Module, dtype: str) -> None:
    """Replace the parameters of a module; buffers stay in float32: rotary positions need the precision."""
    import torch

    replaced: dict[int, torch.nn.Parameter] = {}  # layers may share a parameter
    for part in module.modules():
        for name, parameter in part.named_parameters(recurse=False):
            if id(parameter) not in replaced:
                rounded = parameter.detach().to(getattr(torch, dtype))
                replaced[id(parameter)] = torch.nn.Parameter(rounded, requires_grad=False)
            setattr(part, name, replaced[id(parameter)])


def _to_float32(module: torch.nn.Module, arguments: tuple, features: dict) -> dict:
    """Convert the transformer's output to float32: a mean in bfloat16 would keep two or three digits."""
    import torch

    floats = (torch.bfloat16, torch.float16)
    return {
        name: value.float() if isinstance(value, torch.Tensor) and value.dtype in floats else value
        for name, value in features.items()
    }
