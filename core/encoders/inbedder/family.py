"""InBedder models, described by their files and names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from core.encoders.base import Encoder, FollowsInstructions
from core.encoders.inbedder.encoder import (
    CAUSAL_OUTPUTS,
    MASKED_OUTPUTS,
    InBedderEncoder,
    as_question,
    inbedder_prompt,
    limit_prompt,
)
from core.encoders.local_model import LocalFamily
from core.encoders.model_files import architecture, model_folder
from core.encoders.spec import INPUT, Kind, read_settings

USUAL_MASK = "<mask>"
TOKENS_OF_PROMPT = 30
"""Typical, of a question with the published frame around it."""


class InBedderFamily(LocalFamily):
    """InBedder models: language models whose hidden states are the vectors.

    A causal language model without the files of sentence-transformers is taken for one, as a plain mean of
    its states would be of little use. A masked one needs the prefix, or "inbedder" in its name.
    """

    kind = Kind.INBEDDER
    load_text_encoder: ClassVar[Callable[[], Encoder] | None] = None
    """Loads the encoder for answers ("re_encode"); set by `core.encoders.catalogue`."""

    @classmethod
    def recognises(cls, source: str, folder: Path | None) -> bool:
        """Return whether the name says so, or the model only writes text."""
        if "inbedder" in Path(source).name.lower():
            return True
        if folder is None or (folder / "modules.json").is_file():
            return False
        return architecture(folder).endswith("ForCausalLM")

    @property
    def needs_instruction(self) -> bool:
        """True: the instruction is the question."""
        return True

    @property
    def masked(self) -> bool:
        """Whether the model fills masks, by its files or name."""
        if self.folder:
            return architecture(self.folder).endswith("ForMaskedLM")
        return "bert" in Path(self.spec.source).name.lower()

    def outputs(self) -> tuple[str, ...]:
        """Return the states to choose from, of the last layer."""
        return MASKED_OUTPUTS if self.masked else CAUSAL_OUTPUTS

    def max_tokens(self, folder: Path) -> int:
        """Return the token limit of the prompt, without the places of the answer."""
        return limit_prompt(
            read_settings(folder / "config.json"), masked=architecture(folder).endswith("ForMaskedLM")
        )

    def follows(self) -> tuple[FollowsInstructions, tuple[str, ...]]:
        """Return free text: any question is followed."""
        return "free text", ()

    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the published prompt around the question; no template is used."""
        self.check()
        question = as_question(instruction, self.spec.source)
        return inbedder_prompt(INPUT, question, self._mask() if self.masked else "")

    def load(self, template: str = "") -> InBedderEncoder:
        """Load the model, downloaded first if needed; no template is used."""
        return InBedderEncoder(
            self.spec.source,
            self.folder or model_folder(self.spec.source),
            output=self.spec.output,
            load_text_encoder=type(self).load_text_encoder,
        )

    def has_bfloat16(self) -> bool:
        """Return False: most models compute in the published float32."""
        return False

    def tokens_of_prompt(self) -> int:
        """Return the tokens of a typical question."""
        return TOKENS_OF_PROMPT

    def _mask(self) -> str:
        """Mask token that the tokeniser's files name."""
        if self.folder is None:
            return USUAL_MASK
        for file in ("tokenizer_config.json", "special_tokens_map.json"):
            token = read_settings(self.folder / file).get("mask_token")
            token = token.get("content") if isinstance(token, dict) else token
            if isinstance(token, str) and token:
                return token
        return USUAL_MASK
