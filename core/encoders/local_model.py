"""Models with files in a folder, described by these files and by the catalogue."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from core.encoders.base import EncoderFacts, EncoderFamily
from core.encoders.cost_estimate import count_long_texts, count_tokens
from core.encoders.hidden_layers import layers_between
from core.encoders.legibility import Legibility, read_legibility
from core.encoders.model_files import USUAL_TOKENS, files_size, read_settings, transformer_folder
from core.encoders.spec import INPUT
from core.errors import EncoderUnavailable
from core.utils import TYPICAL_CHARACTERS_PER_TOKEN, processor_has_bfloat16

LICENCE = re.compile(r"^license:\s*[\"']?([^\s\"'\[\]]+)", re.MULTILINE)
CARD_CHARACTERS = 4_000
"""Of a model card: its machine-readable head ends before."""

SECONDS_TO_LOAD = 4.0
TOKENS_PER_SECOND = {"bfloat16": 28_000, "float32": 8_000}
"""Measured on two cores with the default encoder, whose layers have `DEFAULT_WORK`."""

DEFAULT_WORK = 6 * 384**2
"""Number of layers times width squared."""

UNKNOWN_WORK = 12 * 768**2
"""Of a model without files or catalogue entry: a transformer of the usual base size."""

DEPTH_NAMES = ("num_hidden_layers", "num_layers", "n_layers", "n_layer")
"""Of the number of layers in the settings of BERT, T5, DistilBERT and GPT-2."""

WEIGHT_BYTES_PER_WORK = 48
"""A layer has 12 weights of 4 bytes for each unit of squared width."""


class LocalFamily(EncoderFamily):
    """A model whose files are in a folder, or are downloaded to one."""

    needs_instruction: ClassVar[bool] = False
    computes_in_bfloat16: ClassVar[bool] = True
    """Where the processor supports it."""
    gives_views: ClassVar[bool] = False
    """Where the model has middle layers."""
    usual_prompt_tokens: ClassVar[int] = 0
    """Of a prompt that is unknown yet."""

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

    @abstractmethod
    def max_tokens(self, folder: Path) -> int:
        """Return how many tokens a model in a folder encodes of a text, the instruction included."""

    def outputs(self) -> tuple[str, ...]:
        """Return the kinds of vectors to choose from, the default first; () where there is one."""
        return ()

    def describe(self) -> EncoderFacts:
        """Return what files and catalogue say; the packaged model takes a fifth of a second once."""
        entry, folder, wording = self.entry, self.folder, self.wording()
        return replace(
            entry,
            name=self.spec.name,
            kind=self.kind,
            title=self.title,
            licence=entry.licence or _licence(folder),
            gigabytes=files_size(folder) / 1e9 if folder else entry.gigabytes,
            max_tokens=self.max_tokens(folder) if folder else entry.max_tokens,
            follows_instructions=wording.follows,
            tasks=wording.fixed_tasks,
            outputs=self.outputs(),
            needs_instruction=self.needs_instruction,
            takes_template=not self.needs_instruction and wording.follows != "fixed tasks",
            gives_views=self.gives_views and folder is not None and bool(layers_between(_depth(folder))),
            on_this_machine=folder is not None,
            problem=self.problem,
        )

    def estimate_seconds(self, texts: Sequence[str], prompt: str = "") -> float:
        """Estimate by the tokens of different texts and the size of the model, on two cores."""
        if self.folder:
            max_tokens, work = self.max_tokens(self.folder), _layer_work(self.folder)
        else:
            max_tokens, size = self.entry.max_tokens or USUAL_TOKENS, self.entry.gigabytes
            work = int(size * 1e9 / WEIGHT_BYTES_PER_WORK) if size else UNKNOWN_WORK
        shown = prompt.replace(INPUT, "")
        prompt_tokens = len(shown) / TYPICAL_CHARACTERS_PER_TOKEN if prompt else self.usual_prompt_tokens
        tokens = count_tokens(texts, max_tokens) + prompt_tokens * len(set(texts))
        fast = self.computes_in_bfloat16 and processor_has_bfloat16()
        rate = TOKENS_PER_SECOND["bfloat16" if fast else "float32"]
        return SECONDS_TO_LOAD + tokens / (rate * DEFAULT_WORK / work)

    def count_too_long(self, texts: Sequence[str]) -> tuple[int, int]:
        """Count with the model's own tokeniser."""
        if self.folder is None:
            self.check()
            raise EncoderUnavailable(
                f"The encoder {self.spec.source} was not downloaded yet: encode to download it."
            )
        max_tokens = self.max_tokens(self.folder)
        try:
            return count_long_texts(texts, max_tokens, self.folder / "tokenizer.json"), max_tokens
        except OSError as error:
            raise EncoderUnavailable(
                f"The tokens of the encoder {self.spec.name} cannot be counted before it is loaded: "
                "encode, and longer texts are cut."
            ) from error

    def check_legibility(self, texts: Sequence[str]) -> Legibility | None:
        """Tokenise the texts where the model's tokeniser is on this machine."""
        if self.folder is None:
            return None
        try:
            return read_legibility(texts, self.max_tokens(self.folder), self.folder / "tokenizer.json")
        except OSError:
            return None


def _licence(folder: Path | None) -> str:
    """Licence that a model card names."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")[:CARD_CHARACTERS] if folder else ""
    except (OSError, ValueError):
        return ""
    found = LICENCE.search(card.split("\n---", 1)[0]) if card.startswith("---") else None
    return found[1] if found else ""


def _depth(folder: Path) -> int:
    """Number of layers of a transformer; 0 where its files state none."""
    settings = read_settings(transformer_folder(folder) / "config.json")
    found = (settings.get(name) for name in DEPTH_NAMES)
    return next((depth for depth in found if isinstance(depth, int)), 0)


def _layer_work(folder: Path) -> int:
    """Work of a transformer's layers for one token: number of layers times width squared."""
    settings, depth = read_settings(transformer_folder(folder) / "config.json"), _depth(folder)
    width = settings.get("hidden_size", settings.get("d_model"))
    return depth * width**2 if depth and isinstance(width, int) else UNKNOWN_WORK
