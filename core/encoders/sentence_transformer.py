"""Models of the library sentence-transformers, computed in the way that is fastest on this machine."""

from __future__ import annotations

import copy
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..utils import MAX_CHARACTERS_PER_TOKEN, Progress, content_key, default_device
from .batching import (
    Result,
    check_prompt_length,
    check_texts,
    encode_batches,
    stack_vectors,
    stack_views,
)
from .compute import Way, choose_way, convert, number_formats, token_counter
from .hidden_layers import HiddenLayers
from .local_model import LocalFamily
from .model_files import MOST_TOKENS, model_key, stated_tokens, unreadable
from .prompts import Wording, chosen_wording, known_wording, saved_prompts
from .spec import INPUT, Kind

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SENTENCE_VERSION = 1  # raise when the same model would give other vectors


class SentenceEncoder:
    """A sentence-transformers model; follows `core.encoders.ViewsEncoder`.

    The first model of its content on a machine is timed for at most about 3 s (see
    `core.encoders.compute.choose_way`): number formats, packed layers and batches, on the graphics chip if
    there is one. Pooling and later layers compute in float32. Code in a model's folder never runs.

    Parameters
    ----------
    name : str
        Shown to people.
    folder : Path
        Files of the model; nothing is downloaded.
    wording : Wording
    number_format : str, optional
        One of `other_formats`, in place of that of the fastest way.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be loaded as a model.
    """

    def __init__(self, name: str, folder: Path, wording: Wording, number_format: str | None = None) -> None:
        self.name, self._folder = name, folder
        self._content = model_key(folder)
        self._model, self._way = _load_fast(name, folder, self._content, number_format)
        n_dims = self._model.get_embedding_dimension()
        if n_dims is None:
            raise unreadable(name, folder, ValueError("its files state no length of the vectors"))
        self.n_dims = n_dims
        self.max_tokens = _limit_tokens(self._model)
        self.key = self._key_in(self._way.number_format)
        self._batch_tokens = self._way.batch_tokens
        # A copy: to count a whole prompt switches off truncation, a state that other threads need.
        self._counter = copy.deepcopy(self._model.tokenizer) if self._model.transformers_model else None
        self._count_tokens = (
            token_counter(self._counter) if self._way.counts_tokens and self._counter is not None else None
        )
        self._own_prompt = saved_prompts(folder)[1]
        self._hidden = HiddenLayers(self._model)
        self.view_layers = self._hidden.layers
        self.wording = wording
        self.follows_instructions, self.tasks = wording.follows, wording.fixed_tasks

    @property
    def device(self) -> str:
        """Device that computes: "cpu", "cuda", "mps" or "xpu"."""
        return self._model.device.type

    @property
    def way(self) -> str:
        """Name of the way in which it computes, for people who measure."""
        return self._way.name

    @property
    def other_formats(self) -> tuple[str, ...]:
        """Number formats in which it may have computed earlier, on this machine and device."""
        return tuple(name for name in number_formats(self.device) if name != self._way.number_format)

    def in_format(self, number_format: str) -> SentenceEncoder:
        """Return the same model, loaded again, in one of `other_formats`."""
        return type(self)(self.name, self._folder, self.wording, number_format)

    def key_in(self, number_format: str, instruction: str | None) -> str:
        """Return what `key_for` is of the encoder in another number format."""
        other = copy.copy(self)
        other.key = self._key_in(number_format)
        return other.key_for(instruction)

    def _key_in(self, number_format: str) -> str:
        return content_key("sentence encoder", SENTENCE_VERSION, self._content, number_format, self.device)

    def prompt_for(self, instruction: str | None) -> str:
        """Return the prompt before each text; for most models "" without an instruction."""
        return self.wording.prompt_for(instruction, self.name) or self._own_prompt

    def key_for(self, instruction: str | None) -> str:
        """Return the provenance of the vectors under an instruction; `key` where no prompt is added."""
        prompt = self.prompt_for(instruction)
        return self.key if prompt in ("", self._own_prompt) else content_key("prompted", self.key, prompt)

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Return the unit vectors of n texts, as `Encoder.encode`.

        The vectors depend on the set of different texts and not on their order: a corpus gives the same bytes
        every time. In another set the batches differ, and so does the rounding: the cosine of two such
        vectors of one text was never below 0.9999. An empty text is encoded like any other; a row has length
        0 only where a model knows no token of a text.
        """
        rows = self._encode_texts(texts, instruction, progress, self._encode_batch)
        return stack_vectors(rows, self.n_dims, self.name)

    def encode_with_views(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors of `encode`, bit for bit, and the means of hidden layers from the same pass.

        As `ViewsEncoder.encode_with_views`. All tokens with attention count, the marks at begin and end too;
        those of a prompt count where the model's own pooling counts them.
        """
        if not self.view_layers:
            vectors = self.encode(texts, instruction=instruction, progress=progress)
            return vectors, np.empty((0, len(vectors), 0), dtype=np.float16)
        rows = self._encode_texts(texts, instruction, progress, self._encode_batch_with_views)
        vectors = stack_vectors([vector for vector, _ in rows], self.n_dims, self.name)
        return vectors, stack_views([views for _, views in rows], len(self.view_layers), self.name)

    def encode_ids(self, ids: np.ndarray) -> np.ndarray:
        """Return the vectors, not scaled to length 1, of n rows of tokens: float32 (n, n_dims).

        Parameters
        ----------
        ids : int64 array (n, n_tokens)
            Tokens by their numbers, marks included; without a prompt.
        """
        import torch
        from sentence_transformers.sentence_transformer.modules import Normalize

        rows = torch.from_numpy(ids).to(self._model.device)
        features = {"input_ids": rows, "attention_mask": torch.ones_like(rows)}
        with torch.inference_mode():
            for module in self._model:
                if not isinstance(module, Normalize):
                    features = module(features)
        return features["sentence_embedding"].float().cpu().numpy()

    def _encode_texts(
        self,
        texts: Sequence[str],
        instruction: str | None,
        progress: Progress | None,
        encode_batch: Callable[..., Iterable[Result]],
    ) -> list[Result]:
        """Return what `encode_batch` makes of each text."""
        check_texts(texts)
        prompt = self.prompt_for(instruction)
        longest = self.max_tokens * MAX_CHARACTERS_PER_TOKEN
        return encode_batches(
            [text[:longest] for text in texts],
            partial(encode_batch, prompt=prompt),
            progress,
            max_tokens=self.max_tokens,
            batch_tokens=self._batch_tokens,
            most_texts=self._way.most_texts,
            prompt_tokens=self._count_prompt(prompt) if prompt else 0,
            count_tokens=self._count_tokens,
        )

    def _encode_batch(self, texts: list[str], prompt: str) -> np.ndarray:
        return self._model.encode(
            texts,
            prompt=prompt or None,
            batch_size=len(texts),
            normalize_embeddings=True,
            show_progress_bar=False,
        )

    def _encode_batch_with_views(
        self, texts: list[str], prompt: str
    ) -> Iterable[tuple[np.ndarray, np.ndarray]]:
        """Return a vector and float16 views (n_views, n_hidden) of each text."""
        with self._hidden.appended():
            found = self._model.encode(
                texts,
                prompt=prompt or None,
                batch_size=len(texts),
                normalize_embeddings=False,
                truncate_dim=sys.maxsize,
                show_progress_bar=False,
            )
        vectors, means = np.split(found, [self.n_dims], axis=1)
        with np.errstate(over="ignore"):  # `stack_views` refuses what is too large
            views = means.astype(np.float16)
        return zip(vectors, views.reshape(len(texts), len(self.view_layers), -1), strict=True)

    def _count_prompt(self, prompt: str) -> int:
        """Count the tokens of a prompt; refuse one that leaves too little room for the text."""
        if self._counter is None:
            return 0
        n_tokens = len(self._counter(prompt)["input_ids"])
        check_prompt_length(n_tokens, self.max_tokens, self.name)
        return n_tokens


class SentenceFamily(LocalFamily):
    """Models of the library sentence-transformers; any model without signs of another family."""

    kind = Kind.SENTENCE
    encoder_type: ClassVar[type[SentenceEncoder]] = SentenceEncoder
    gives_views = True

    @classmethod
    def recognises(cls, source: str, folder: Path | None) -> bool:
        """Take every model: this family is tried last."""
        return True

    def max_tokens(self, folder: Path) -> int:
        """Return the limit that the files state, up to `MOST_TOKENS`."""
        return min(stated_tokens(folder), MOST_TOKENS)

    def wording(self, template: str = "") -> Wording:
        """Return the wording that a person chose, else that of the model, by its name or saved with it."""
        if template:
            return chosen_wording(template)
        return known_wording(self.spec.source, saved_prompts(self.folder)[0] if self.folder else {})

    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the prompt and the place of the text after it."""
        self.check()
        own = saved_prompts(self.folder)[1] if self.folder else ""
        return (self.wording(template).prompt_for(instruction, self.spec.source) or own) + INPUT

    def load(self, template: str = "") -> SentenceEncoder:
        """Load the model."""
        self.check()
        assert self.folder is not None
        return self.encoder_type(self.spec.source, self.folder, self.wording(template))


def _load(name: str, folder: Path, device: str) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            str(folder.resolve()),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": torch.float32},
        )
    except Exception as error:  # of many types: damaged files, unknown architectures, missing parts
        raise unreadable(name, folder, error) from error


def _load_fast(
    name: str, folder: Path, content: str, number_format: str | None
) -> tuple[SentenceTransformer, Way]:
    """Return a model in the fastest way, and that way."""
    device = default_device()
    model = _load(name, folder, device)
    try:
        way = choose_way(model, content, number_format)
    except Exception as error:  # of many types: what a model needs and a graphics chip lacks
        if device == "cpu":
            raise unreadable(name, folder, error) from error
        model = _load(name, folder, "cpu")
        way = choose_way(model, content, number_format)
    return convert(model, way), way


def _limit_tokens(model: SentenceTransformer) -> int:
    """Return the token limit of a model; set one where it has none."""
    limit = model.max_seq_length
    if limit is None or not math.isfinite(limit) or limit > MOST_TOKENS:
        limit = MOST_TOKENS
        if model.transformers_model is not None:
            model.max_seq_length = limit
    return int(limit)
