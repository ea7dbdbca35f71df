"""Models with files in a folder, described by these files and by the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from core.encoders.base import EncoderFacts, EncoderFamily, FollowsInstructions
from core.encoders.cost_estimate import (
    UNKNOWN_WORK,
    WEIGHT_BYTES_PER_WORK,
    count_long_texts,
    seconds_to_encode,
)
from core.encoders.model_files import USUAL_TOKENS, files_size, model_folder, transformer_folder
from core.encoders.spec import read_settings
from core.errors import EncoderUnavailable
from core.utils import processor_has_bfloat16

LICENCE = re.compile(r"^license:\s*[\"']?([^\s\"'\[\]]+)", re.MULTILINE)
CARD_CHARACTERS = 4_000
"""Of a model card: its machine-readable head ends before."""


class LocalFamily(EncoderFamily):
    """A model whose files are in a folder, or are downloaded to one."""

    def find_problem(self) -> str:
        """Refuse an output of a family that has one output only."""
        if not self.spec.output or self.outputs():
            return ""
        source, output = self.spec.source, self.spec.output
        return f"The encoder {source} has one output only: leave “#{output}” out of its name."

    @property
    def title(self) -> str:
        """Last part of the folder or name, with the output that it names."""
        source = self.spec.source
        called = source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source
        return f"{called} ({self.spec.output})" if self.spec.output else called

    def max_tokens(self, folder: Path) -> int:
        """Tokens that a model in a folder encodes of a text, the instruction included."""
        raise NotImplementedError

    def outputs(self) -> tuple[str, ...]:
        """Kinds of vectors to choose from, the default first; () where there is one."""
        return ()

    def follows(self) -> tuple[FollowsInstructions, tuple[str, ...]]:
        """Return which instructions change the vectors, and the fixed tasks."""
        return "no", ()

    @property
    def needs_instruction(self) -> bool:
        """Whether nothing is encoded without an instruction."""
        return False

    def describe(self) -> EncoderFacts:
        """Return what files and catalogue say; the packaged model takes a fifth of a second once."""
        choice, folder = self.choice, self.folder
        follows, tasks = self.follows()
        return EncoderFacts(
            self.spec.name,
            self.title,
            self.kind,
            description=choice.description if choice else "",
            licence=choice.licence if choice else _licence(folder),
            languages=choice.languages if choice else "",
            gigabytes=files_size(folder) / 1e9 if folder else choice.gigabytes if choice else None,
            max_tokens=self.max_tokens(folder) if folder else choice.max_tokens if choice else None,
            n_dims=choice.n_dims if choice else None,
            follows_instructions=follows,
            tasks=tasks,
            outputs=self.outputs(),
            needs_instruction=self.needs_instruction,
            takes_template=not self.needs_instruction and follows != "fixed tasks",
            on_this_machine=folder is not None,
            problem=self.problem,
        )

    def has_bfloat16(self) -> bool:
        """Return whether this family computes in bfloat16 on this processor."""
        return processor_has_bfloat16()

    def tokens_of_prompt(self) -> int:
        """Typical tokens of a prompt that is unknown yet."""
        return 0

    def estimate_seconds(self, texts: Sequence[str], prompt: str = "") -> float:
        """Estimate by the tokens of different texts and the size of the model."""
        if self.folder:
            max_tokens, work = self.max_tokens(self.folder), _layer_work(self.folder)
        elif self.choice:
            max_tokens = self.choice.max_tokens
            work = int(self.choice.gigabytes * 1e9 / WEIGHT_BYTES_PER_WORK)
        else:
            max_tokens, work = USUAL_TOKENS, UNKNOWN_WORK
        return seconds_to_encode(
            texts,
            max_tokens=max_tokens,
            work=work,
            bfloat16=self.has_bfloat16(),
            prompt=prompt,
            tokens_of_prompt=self.tokens_of_prompt(),
        )

    def count_too_long(self, texts: Sequence[str]) -> tuple[int, int]:
        """Count with the model's own tokeniser."""
        folder = self.folder or model_folder(self.spec.source, fetch=False)
        max_tokens = self.max_tokens(folder)
        try:
            return count_long_texts(texts, max_tokens, folder / "tokenizer.json"), max_tokens
        except OSError as error:
            raise EncoderUnavailable(
                f"The tokens of the encoder {self.spec.name} cannot be counted before it is loaded: "
                "encode, and longer texts are cut."
            ) from error


def _licence(folder: Path | None) -> str:
    """Licence that a model card names."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")[:CARD_CHARACTERS] if folder else ""
    except (OSError, ValueError):
        return ""
    found = LICENCE.search(card.split("\n---", 1)[0]) if card.startswith("---") else None
    return found[1] if found else ""


def _layer_work(folder: Path) -> int:
    """Work of a transformer's layers for one token: number of layers times width squared."""
    settings = read_settings(transformer_folder(folder) / "config.json")
    layers = settings.get("num_hidden_layers", settings.get("num_layers"))  # the latter in T5
    width = settings.get("hidden_size", settings.get("d_model"))
    return layers * width**2 if isinstance(layers, int) and isinstance(width, int) else UNKNOWN_WORK
