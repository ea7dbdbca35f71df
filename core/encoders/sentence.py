"""Encoders read through sentence-transformers: fast batches, in bfloat16 where the hardware has it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.encoders.packed import pack_linear_layers
from core.encoders.sources import model_key
from core.errors import EncoderUnavailable
from core.hardware import processor_has_bfloat16
from core.keys import Progress, content_key

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

VERSION = 1  # raise when the same model would give other vectors
MOST_TOKENS = 8_192  # of one text, also for models that name no limit of their own
CHARACTERS_PER_TOKEN = 64  # far above any mean: text beyond so many is cut unread
TYPICAL_CHARACTERS_PER_TOKEN = 4
BATCH_TOKENS = {"cpu": 4_096, "cuda": 65_536}
MOST_BATCH_TEXTS = 1_024


class SentenceEncoder:
    """A sentence-transformers model as an encoder; satisfies `core.encoders.Encoder`.

    The transformer computes in bfloat16 where the processor or the graphics card does so itself, else in
    float32; pooling and what follows are float32. Runs on CUDA when there is one, else on the processor.
    Code that a model brings along is never run.

    Parameters
    ----------
    name : str
        What people know it by.
    folder : Path
        Its files; nothing is fetched.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be read as a model.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._model = _load(name, folder)
        number_format = _speed_up(self._model)
        self.n_dims = int(self._model.get_embedding_dimension())
        self.max_tokens = _limit_tokens(self._model)
        device = self._model.device.type
        self.key = content_key("sentence encoder", VERSION, model_key(folder), number_format, device)
        self._batch_tokens = BATCH_TOKENS.get(device, BATCH_TOKENS["cpu"])

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        """Unit vectors of n texts; each different text is computed once.

        The vectors follow from the set of different texts alone, not from their order, so that a corpus gives
        the same bytes every time. In another set a text meets other neighbours in its batch, and bfloat16
        rounds otherwise: the cosine of two such vectors of one text was never below 0.9999.

        Parameters
        ----------
        texts : sequence of n str
            Longer ones than `max_tokens` are cut; an empty one is a text like any other.
        progress : callable, optional
            Called after each batch with (texts done, n); may raise `Cancelled`.

        Returns
        -------
        float32 array (n, n_dims)
            Rows of length 1 (0 only where a model knows no token of a text).

        Raises
        ------
        EncoderUnavailable
            When the model answers with something that is no number.
        """
        longest = self.max_tokens * CHARACTERS_PER_TOKEN
        read = [text[:longest] for text in texts]
        counts = Counter(read)
        vectors: dict[str, np.ndarray] = {}
        done = 0
        for batch in self._batches(counts):
            vectors.update(zip(batch, self._encode_batch(batch), strict=True))
            done += sum(counts[text] for text in batch)
            if progress is not None:
                progress(done, len(texts))
        result = np.empty((len(texts), self.n_dims), dtype=np.float32)
        for row, text in enumerate(read):
            result[row] = vectors[text]
        if not np.isfinite(result).all():
            raise EncoderUnavailable(
                f"The encoder {self.name} gives vectors that are no numbers: choose another."
            )
        return result

    def _batches(self, texts: Iterable[str]) -> list[list[str]]:
        """Texts of like length together, in batches of like work, the batches in a fixed random order.

        Any stretch of the work is then like the whole, so that the time left can be told from the start.
        """
        batches: list[list[str]] = []
        for text in sorted(texts, key=lambda text: (len(text), text)):
            tokens = min(self.max_tokens, len(text) // TYPICAL_CHARACTERS_PER_TOKEN + 3)
            most_texts = min(MOST_BATCH_TEXTS, max(1, self._batch_tokens // tokens))
            if not batches or len(batches[-1]) >= most_texts:
                batches.append([])
            batches[-1].append(text)
        order = np.random.default_rng(0).permutation(len(batches))
        return [batches[position] for position in order]

    def _encode_batch(self, texts: list[str]) -> np.ndarray:
        return self._model.encode(
            texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False
        )


def _load(name: str, folder: Path) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            str(folder.resolve()),
            device="cuda" if torch.cuda.is_available() else "cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": torch.float32},
        )
    except Exception as error:  # damaged files, unknown architectures, missing parts: of many types
        why = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        if "trust_remote_code" in str(error):
            why = "it brings code of its own, which Refract does not run"
        raise EncoderUnavailable(
            f"The encoder {name} in {folder} cannot be read ({why}): choose another model or folder."
        ) from error


def _speed_up(model: SentenceTransformer) -> str:
    """Set the transformer to bfloat16 where that is fast; returns the name of the number format."""
    import torch

    on_card = model.device.type == "cuda"
    fast = torch.cuda.is_bf16_supported(including_emulation=False) if on_card else processor_has_bfloat16()
    if not fast or model.transformers_model is None:
        return "float32"
    # Buffers stay: the angles of rotary positions need their digits.
    for parameter in model[0].parameters():
        parameter.data = parameter.data.to(torch.bfloat16)
    model[0].register_forward_hook(_to_float32)
    packed = not on_card and pack_linear_layers(model[0])
    return "packed bfloat16" if packed else "bfloat16"


def _to_float32(module: torch.nn.Module, arguments: tuple, features: dict) -> dict:
    """Hand float32 to the pooling: a mean over bfloat16 numbers would keep two or three digits."""
    import torch

    floats = (torch.bfloat16, torch.float16)
    return {
        name: value.float() if isinstance(value, torch.Tensor) and value.dtype in floats else value
        for name, value in features.items()
    }


def _limit_tokens(model: SentenceTransformer) -> int:
    """Tokens of a text that the model reads; sets the limit where it has none."""
    limit = model.max_seq_length
    if limit is None or not math.isfinite(limit) or limit > MOST_TOKENS:
        limit = MOST_TOKENS
        if model.transformers_model is not None:
            model.max_seq_length = limit
    return int(limit)
