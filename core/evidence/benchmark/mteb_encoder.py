"""Adapter of an encoder, or of a space reshaped from it, for mteb 2; mteb itself is optional.

mteb.evaluate(MtebEncoder(encoder, transform=fitted), mteb.get_tasks(...), cache=None)

Reference: Muennighoff, Tazi, Magne, Reimers: "MTEB: Massive Text Embedding Benchmark", EACL 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ...encoders import Encoder, encode_like_corpus
from ...errors import EncoderUnavailable
from ...utils import content_key

if TYPE_CHECKING:
    from mteb.models.model_meta import ModelMeta
    from torch import Tensor


class Fitted(Protocol):
    """A fitted transform, or its linear form: generic vectors (n, d) in, reshaped vectors (n, m) out.

    One that was fitted to views is also given `views=`, a list of arrays (n, d of the view).
    """

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the reshaped vectors."""
        ...


class MtebEncoder:
    """An encoder with mteb's interface; satisfies its `EncoderProtocol`.

    Parameters
    ----------
    transform : fitted transform, optional
        Reshapes the vectors of the encoder.
    instruction : str, optional
        For all texts. By default, an encoder that follows any instruction gets the task's own; other
        encoders get none.
    name : str, optional
        "owner/name" that mteb's results carry; by default "refract/" and the encoder's name.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        transform: Fitted | None = None,
        instruction: str | None = None,
        name: str | None = None,
    ) -> None:
        self.encoder = encoder
        self.transform = transform
        self.instruction = instruction
        self.name = name or f"refract/{encoder.name.strip('/').replace('/', '-')}"

    def encode(
        self,
        inputs: Iterable[Mapping[str, Sequence[str]]],
        *,
        task_metadata: object,
        hf_split: str,
        hf_subset: str,
        prompt_type: object = None,
        **options: object,
    ) -> np.ndarray:
        """Return the vectors of n texts, float32 (n, m).

        Parameters
        ----------
        inputs : iterable of mapping
            Batches, each with its texts under "text"; the encoder makes batches of its own.
        task_metadata : object
            With `prompt`: a string, a mapping by "query" and "document", or None.
        prompt_type : object, optional
            With `value` "query" or "document".
        """
        texts = [text for batch in inputs for text in batch["text"]]
        instruction = self._instruction_for(task_metadata, prompt_type)
        if self.transform is None:
            return self.encoder.encode(texts, instruction=instruction)
        return self._reshape(self.transform, texts, instruction)

    def similarity(self, first: object, second: object) -> Tensor:
        """Return the cosines of all rows of `first` with all rows of `second`, (n_first, n_second)."""
        left, right = _unit_tensor(first), _unit_tensor(second)
        return left @ right.T

    def similarity_pairwise(self, first: object, second: object) -> Tensor:
        """Return the cosines of rows with the same rows of another array or tensor, (n,)."""
        return (_unit_tensor(first) * _unit_tensor(second)).sum(dim=-1)

    @cached_property
    def mteb_model_meta(self) -> ModelMeta:
        """Name and revision for mteb's results; the revision changes with model, transform and instruction.

        Raises
        ------
        EncoderUnavailable
            When mteb is not installed.
        """
        try:
            from mteb.models.model_meta import ModelMeta
        except ImportError as error:
            raise EncoderUnavailable(
                "mteb is not installed, so its tasks cannot be run: install it with pip install mteb."
            ) from error
        return ModelMeta.create_empty({"name": self.name, "revision": self._revision()})

    def _instruction_for(self, task_metadata: object, prompt_type: object) -> str | None:
        if self.instruction is not None or self.encoder.follows_instructions != "free text":
            return self.instruction
        prompt = getattr(task_metadata, "prompt", None)
        if isinstance(prompt, Mapping):
            prompt = prompt.get(getattr(prompt_type, "value", prompt_type))
        return prompt or None

    def _reshape(self, transform: Fitted, texts: Sequence[str], instruction: str | None) -> np.ndarray:
        if not _takes_views(transform, self.encoder.n_dims):
            vectors, more = self.encoder.encode(texts, instruction=instruction), {}
        else:
            vectors, views = encode_like_corpus(self.encoder, texts, instruction=instruction)
            more = {"views": views}
        return np.asarray(transform.transform(vectors, **more), dtype=np.float32)

    def _revision(self) -> str:
        """Key of model, instruction and transform; the transform counts by its result on fixed vectors.

        Where it takes views, on fixed texts.
        """
        if self.transform is None:
            return content_key(self.encoder.key, self.instruction)
        if _takes_views(self.transform, self.encoder.n_dims):
            reshaped = self._reshape(self.transform, [str(number) for number in range(8)], None)
            return content_key(self.encoder.key, self.instruction, reshaped.round(4))
        probe = np.random.default_rng(0).normal(size=(8, self.encoder.n_dims)).astype(np.float32)
        reshaped = np.asarray(self.transform.transform(probe), dtype=np.float32)
        return content_key(self.encoder.key, self.instruction, reshaped.round(4))


def _takes_views(transform: Fitted, n_dims: int) -> bool:
    """Whether a transform was fitted to views: `GuidedTransform` by its mix, a linear form by its inputs."""
    mix, weights = getattr(transform, "view_mix_", None), getattr(transform, "weights", None)
    return bool(mix is not None and mix.n_views) or (weights is not None and len(weights) > n_dims)


def _unit_tensor(vectors: object) -> Tensor:
    import torch

    rows = torch.atleast_2d(torch.as_tensor(vectors, dtype=torch.float32))
    return torch.nn.functional.normalize(rows, dim=-1)
