"""INSTRUCTOR: a sentence encoder with an instruction before each text, pooled over the text alone.

Reference: Su, Shi, Kasai, Wang, Hu, Ostendorf, Yih, Smith, Zettlemoyer, Yu: "One Embedder, Any Task:
Instruction-Finetuned Text Embeddings", Findings of ACL 2023, arXiv:2212.09741.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import EncoderUnavailable
from ..utils import Progress, content_key
from .batching import check_texts
from .model_files import USUAL_TOKENS, read_settings
from .prompts import SLOT, Wording, chosen_wording
from .sentence_transformer import SentenceEncoder, SentenceFamily
from .spec import INPUT, Kind

TEMPLATE = f"Represent the text for {SLOT}:"
NEUTRAL = "Represent the text:"
"""Prompt without an instruction: the models were trained with a prompt before every text."""


def instructor_prompt(instruction: str | None, template: str = TEMPLATE) -> str:
    """Return the prompt before each text; no space comes between them.

    Parameters
    ----------
    instruction : str or None
        A whole prompt when it starts with "Represent". Any other goes into the template, without a leading
        "by".
    template : str
        With "{instruction}" in it.
    """
    instruction = (instruction or "").strip()
    if not instruction:
        return NEUTRAL
    if instruction.lower().startswith("represent "):
        return instruction
    goal = re.sub(r"(?i)^by\s+", "", instruction.rstrip(" :.?!"))
    return template.replace(SLOT, goal).strip()


class InstructorEncoder(SentenceEncoder):
    """An INSTRUCTOR model, saved by any version of the library; follows `core.encoders.Encoder`.

    Tokens of the instruction get attention and are left out of the mean. The end mark of a text is part of
    the mean, as in the authors' program. Parameters and errors are those of `SentenceEncoder`.
    """

    def __init__(self, name: str, folder: Path, wording: Wording, number_format: str | None = None) -> None:
        super().__init__(name, folder, wording, number_format)
        from sentence_transformers.sentence_transformer.modules import Pooling

        if not any(isinstance(module, Pooling) for module in self._model):
            raise EncoderUnavailable(
                f"The encoder {name} in {folder} is no INSTRUCTOR model (it takes no mean over its tokens): "
                "choose another model or folder."
            )
        # The library does so for three names on the hub only.
        self._model.set_pooling_include_prompt(False)
        if self.max_tokens > USUAL_TOKENS:  # the architecture has no limit of its own
            self._model.max_seq_length = self.max_tokens = USUAL_TOKENS

    def _key_in(self, number_format: str) -> str:
        # As a sentence encoder, the same files would pool over the prompt and give other vectors.
        return content_key("instructor", super()._key_in(number_format))

    def prompt_for(self, instruction: str | None) -> str:
        """Return the prompt before each text."""
        return instructor_prompt(instruction, self.wording.template)

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Return the unit vectors of n texts without outer white space; else as `SentenceEncoder.encode`."""
        return super().encode(_stripped(texts), instruction=instruction, progress=progress)

    def encode_with_views(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the vectors of `encode` and the views, whose means leave the instruction out too."""
        return super().encode_with_views(_stripped(texts), instruction=instruction, progress=progress)


def _stripped(texts: Sequence[str]) -> list[str]:
    check_texts(texts)
    return [text.strip() for text in texts]


class InstructorFamily(SentenceFamily):
    """INSTRUCTOR models.

    Their files equal those of others with the same architecture (GTR), unless they say that the instruction
    is left out of the mean. So the family is recognised by the name, or given as a prefix.
    """

    kind = Kind.INSTRUCTOR
    encoder_type = InstructorEncoder

    @classmethod
    def recognises(cls, source: str, folder: Path | None) -> bool:
        """Return whether the name says so, or the files say that a prompt is left out of the mean."""
        files = folder.glob("*_Pooling/config.json") if folder else ()
        leaves_prompt_out = any(read_settings(file).get("include_prompt") is False for file in files)
        return "instructor" in Path(source).name.lower() or leaves_prompt_out

    def max_tokens(self, folder: Path) -> int:
        """Return the limit that the files state, up to that of training."""
        return min(super().max_tokens(folder), USUAL_TOKENS)

    def wording(self, template: str = "") -> Wording:
        """Return the wording that a person chose, else the one that all models of the family share."""
        return chosen_wording(template or TEMPLATE)

    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the prompt and the place of the text after it."""
        self.check()
        return instructor_prompt(instruction, self.wording(template).template) + INPUT
