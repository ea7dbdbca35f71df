"""INSTRUCTOR: a sentence encoder that reads an instruction with each text, and pools over the text alone.

Reference: Su, Shi, Kasai, Wang, Hu, Ostendorf, Yih, Smith, Zettlemoyer, Yu: "One Embedder, Any Task:
Instruction-Finetuned Text Embeddings", Findings of ACL 2023, arXiv:2212.09741.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.encoders.batching import check_texts
from core.encoders.prompts import SLOT, Wording
from core.encoders.sentence_transformer import SentenceEncoder
from core.encoders.token_limits import USUAL_TOKENS
from core.errors import EncoderUnavailable
from core.utils import Progress, content_key

TEMPLATE = f"Represent the text for {SLOT}:"
NEUTRAL = "Represent the text:"
"""Where there is no instruction: the models were trained with one before every text."""


def instructor_prompt(instruction: str | None, template: str = TEMPLATE) -> str:
    """Return the exact string that is put before each text, without a space between.

    Parameters
    ----------
    instruction : str or None
        One that starts with "Represent" is taken as it is; any other goes into the template, without the "by"
        that it may begin with.
    template : str
        With "{instruction}" where it goes.
    """
    instruction = (instruction or "").strip()
    if not instruction:
        return NEUTRAL
    if instruction.lower().startswith("represent "):
        return instruction
    goal = re.sub(r"(?i)^by\s+", "", instruction.rstrip(" :.?!"))
    return template.replace(SLOT, goal).strip()


class InstructorEncoder(SentenceEncoder):
    """An INSTRUCTOR model as an encoder: of the hub, a fork, or a folder, saved by whichever version.

    Tokens of the instruction are attended to and left out of the mean; the mark at a text's end is part of
    it, as in the authors' program.

    Parameters
    ----------
    name : str
        What people know it by.
    folder : Path
        Its files; nothing is fetched.
    template : str
        With "{instruction}" in it; see `instructor_prompt`.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be read as such a model.
    """

    def __init__(self, name: str, folder: Path, template: str = TEMPLATE) -> None:
        super().__init__(name, folder, Wording(template))
        from sentence_transformers.sentence_transformer.modules import Pooling

        if not any(isinstance(module, Pooling) for module in self._model):
            raise EncoderUnavailable(
                f"The encoder {name} in {folder} is no INSTRUCTOR model (it takes no mean over its tokens): "
                "choose another model or folder."
            )
        # Always: the library does it for three names on the hub alone.
        self._model.set_pooling_include_prompt(False)
        # The same files and string give other vectors where the prompt is pooled over.
        self.key = content_key("instructor", self.key)
        if self.max_tokens > USUAL_TOKENS:  # the architecture has no limit of its own
            self._model.max_seq_length = self.max_tokens = USUAL_TOKENS

    def prompt_for(self, instruction: str | None) -> str:
        """Return the exact string put before each text."""
        return instructor_prompt(instruction, self.wording.template)

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Unit vectors of n texts, stripped of white space around them; else as `SentenceEncoder.encode`."""
        check_texts(texts)
        stripped = [text.strip() for text in texts]
        return super().encode(stripped, instruction=instruction, progress=progress)
