"""Models with files in a folder, described by these files and by the catalogue."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from ..errors import EncoderUnavailable
from .base import EncoderFacts, EncoderFamily
from .cost_estimate import count_long_texts
from .hidden_layers import layers_between
from .legibility import Legibility, read_legibility
from .model_files import files_size, read_settings, transformer_folder

LICENCE = re.compile(r"^license:\s*[\"']?([^\s\"'\[\]]+)", re.MULTILINE)
CARD_CHARACTERS = 4_000
"""Of a model card: its machine-readable head ends before."""

SHORT_COMMIT = 12
"""Characters of a revision that are shown."""

DEPTH_NAMES = ("num_hidden_layers", "num_layers", "n_layers", "n_layer")
"""Of the number of layers in the settings of BERT, T5, DistilBERT and GPT-2."""


class LocalFamily(EncoderFamily):
    """A model whose files are in a folder, or are downloaded to one."""

    needs_instruction: ClassVar[bool] = False
    gives_views: ClassVar[bool] = False
    """Where the model has middle layers."""

    def find_problem(self) -> str:
        """Refuse an output of a family that has one output only."""
        if not self.spec.output or self.outputs():
            return ""
        source, output = self.spec.source, self.spec.output
        return f"The encoder {source} has one output only: leave “#{output}” out of its name."

    @property
    def title(self) -> str:
        """Last part of the folder or name, with the revision and output that it names."""
        source = self.spec.source
        called = source.replace("\\", "/").rstrip("/").rpartition("/")[2] or source
        called += f"@{self.spec.revision[:SHORT_COMMIT]}" if self.spec.revision else ""
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
