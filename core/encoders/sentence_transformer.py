"""Encoders read through sentence-transformers: fast batches, in bfloat16 where the hardware has it."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.encoders.batching import check_texts, make_batches, stack_vectors, work_through
from core.encoders.model_files import model_key, unreadable
from core.encoders.packed_linear import pack_linear_layers
from core.encoders.prompts import Wording, known_wording, saved_prompts
from core.encoders.token_limits import CHARACTERS_PER_TOKEN, MOST_TOKENS
from core.errors import EncoderUnavailable
from core.utils import Progress, content_key, processor_has_bfloat16

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedTokenizerBase

VERSION = 1  # raise when the same model would give other vectors
BATCH_TOKENS = {"cpu": 4_096, "cuda": 65_536}
MOST_BATCH_TEXTS = 1_024
MOST_PROMPT_SHARE = 0.5
"""Of the tokens read: an instruction that fills them all leaves nothing of the texts."""


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
    wording : Wording, optional
        How an instruction is put before a text; by default as is known of the model.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be read as a model.
    """

    def __init__(self, name: str, folder: Path, wording: Wording | None = None) -> None:
        self.name = name
        self._model = _load(name, folder)
        number_format = _speed_up(self._model)
        self.n_dims = int(self._model.get_embedding_dimension())
        self.max_tokens = _limit_tokens(self._model)
        self.key = content_key("sentence encoder", VERSION, model_key(folder), number_format, self.device)
        self._batch_tokens = BATCH_TOKENS.get(self.device, BATCH_TOKENS["cpu"])
        self._counter = own_tokenizer(self._model.tokenizer) if self._model.transformers_model else None
        prompts, self._own_prompt = saved_prompts(folder)
        self.wording = wording or known_wording(name, prompts)
        self.follows_instructions = self.wording.follows
        self.tasks = () if self.wording.template else tuple(self.wording.tasks)

    @property
    def device(self) -> str:
        """Where it computes: "cpu" or "cuda"."""
        return self._model.device.type

    def prompt_for(self, instruction: str | None) -> str:
        """Return the exact string put before each text; mostly "" without an instruction.

        Raises
        ------
        EncoderUnavailable
            When this encoder does not follow it.
        """
        return self.wording.prompt_for(instruction, self.name) or self._own_prompt

    def key_for(self, instruction: str | None) -> str:
        """Provenance of the vectors under an instruction; `key` where nothing is added to the texts."""
        prompt = self.prompt_for(instruction)
        return self.key if prompt in ("", self._own_prompt) else content_key("prompted", self.key, prompt)

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Unit vectors of n texts; each different text is computed once.

        The vectors follow from the set of different texts alone, not from their order, so that a corpus gives
        the same bytes every time. In another set a text meets other neighbours in its batch, and bfloat16
        rounds otherwise: the cosine of two such vectors of one text was never below 0.9999.

        Parameters
        ----------
        texts : sequence of n str
            Longer ones than `max_tokens` are cut; an empty one is a text like any other.
        instruction : str, optional
            Under which every text is read; see `prompt_for`.
        progress : callable, optional
            Called after each batch with (texts done, n); may raise `Cancelled`.

        Returns
        -------
        float32 array (n, n_dims)
            Rows of length 1 (0 only where a model knows no token of a text).

        Raises
        ------
        EncoderUnavailable
            When the model answers with something that is no number, or the instruction cannot be followed.
        """
        check_texts(texts)
        prompt = self.prompt_for(instruction)
        batches = partial(self._batches, more_tokens=self._count_prompt(prompt) if prompt else 0)
        longest = self.max_tokens * CHARACTERS_PER_TOKEN
        rows = work_through(
            [text[:longest] for text in texts], batches, partial(self._encode_batch, prompt=prompt), progress
        )
        return stack_vectors(rows, self.n_dims, self.name)

    def _batches(self, texts: Iterable[str], more_tokens: int) -> list[list[str]]:
        return make_batches(
            texts,
            max_tokens=self.max_tokens,
            batch_tokens=self._batch_tokens,
            most_texts=MOST_BATCH_TEXTS,
            more_tokens=more_tokens,
        )

    def _encode_batch(self, texts: list[str], prompt: str) -> np.ndarray:
        return self._model.encode(
            texts,
            prompt=prompt or None,
            batch_size=len(texts),
            normalize_embeddings=True,
            show_progress_bar=False,
        )

    def _count_prompt(self, prompt: str) -> int:
        """Tokens of a prompt; refuses one that leaves too little of the texts."""
        if self._counter is None:
            return 0
        n_tokens = len(self._counter(prompt)["input_ids"])
        check_prompt_length(n_tokens, self.max_tokens, self.name)
        return n_tokens


def own_tokenizer(tokenizer: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    """Return a copy of a tokenizer to count tokens by.

    How texts are cut is a setting of the tokenizer itself: to count a whole prompt by that of a model, while
    another thread reads a batch by it, would leave the batch's texts uncut.
    """
    return copy.deepcopy(tokenizer)


def check_prompt_length(n_tokens: int, max_tokens: int, name: str) -> None:
    """Refuse an instruction that takes most of what an encoder reads: all texts would look alike.

    Raises
    ------
    EncoderUnavailable
    """
    most = int(max_tokens * MOST_PROMPT_SHARE)
    if n_tokens > most:
        raise EncoderUnavailable(
            f"The instruction takes {n_tokens:,} of the {max_tokens:,} tokens that the encoder {name} reads, "
            f"and hides the texts: shorten it to {most:,} tokens at most (about {most * 3 // 4:,} words)."
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
        raise unreadable(name, folder, error) from error


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
