"""InBedder models, described by their files and names."""

from __future__ import annotations

from pathlib import Path

from ..local_model import LocalFamily
from ..model_files import architecture, read_settings
from ..prompts import SLOT, Wording
from ..spec import INPUT, Kind
from .encoder import (
    CAUSAL_OUTPUTS,
    MASKED_OUTPUTS,
    InBedderEncoder,
    as_question,
    inbedder_prompt,
    limit_prompt,
)

USUAL_MASK = "<mask>"


class InBedderFamily(LocalFamily):
    """InBedder models: language models whose hidden states are the vectors.

    A causal language model without the files of sentence-transformers is taken for one, as a plain mean of
    its states would be of little use. A masked one needs the prefix, or "inbedder" in its name.
    """

    kind = Kind.INBEDDER
    needs_instruction = True

    @classmethod
    def recognises(cls, source: str, folder: Path | None) -> bool:
        """Return whether the name says so, or the model only writes text."""
        if "inbedder" in Path(source).name.lower():
            return True
        if folder is None or (folder / "modules.json").is_file():
            return False
        return architecture(folder).endswith("ForCausalLM")

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
        return limit_prompt(read_settings(folder / "config.json"), masked=self.masked)

    def wording(self, template: str = "") -> Wording:
        """Return the question alone: the published frame around it is part of the prompt."""
        return Wording(SLOT)

    def default_template(self) -> str:
        """Return "": the wording cannot be chosen."""
        return ""

    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the published prompt around the question; no template is used."""
        self.check()
        question = as_question(instruction, self.spec.source)
        return inbedder_prompt(INPUT, question, self._mask() if self.masked else "")

    def load(self, template: str = "") -> InBedderEncoder:
        """Load the model; no template is used."""
        assert self.folder is not None
        return InBedderEncoder(self.spec.source, self.folder, output=self.spec.output)

    def _mask(self) -> str:
        """Mask token that the tokeniser's files name."""
        for file in ("tokenizer_config.json", "special_tokens_map.json"):
            token = read_settings(self.folder / file).get("mask_token") if self.folder else None
            token = token.get("content") if isinstance(token, dict) else token
            if isinstance(token, str) and token:
                return token
        return USUAL_MASK
