"""Static encoders as a family: described, distilled at their first use, loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...utils import Progress, content_key, data_home
from ..base import EncoderFacts
from ..local_model import LocalFamily
from ..model_files import PACKAGED_MODEL, model_key
from ..prompts import Wording
from ..sentence_transformer import SentenceFamily
from ..spec import INPUT, EncoderSpec, Kind
from .distillation import distil, load_table, save_table
from .encoder import MOST_STATIC_TOKENS, StaticEncoder

STATIC_VERSION = 1  # raise it when the same encoder would be distilled into other vectors
FOLDER = "static"  # of the data folder


def static_name(source: str = PACKAGED_MODEL) -> str:
    """Return the name of the static encoder that is distilled from another."""
    return f"{Kind.STATIC}:{source}"


class StaticFamily(LocalFamily):
    """A static encoder, named after the encoder that it is distilled from: "static:all-MiniLM-L6-v2".

    Its folder is that of this encoder. Its table is made once, and kept in the data folder.
    """

    kind = Kind.STATIC

    @property
    def title(self) -> str:
        """Name of the encoder that it is distilled from, and that it is quick."""
        return f"{super().title} (quick preview)"

    def describe(self) -> EncoderFacts:
        """Return what is known; the table is small."""
        facts = super().describe()
        gigabytes = self.entry.gigabytes if self.entry.gigabytes is not None else facts.gigabytes
        return replace(facts, gigabytes=gigabytes, takes_template=False)

    def max_tokens(self, folder: Path) -> int:
        """Return the limit of all static encoders."""
        return MOST_STATIC_TOKENS

    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the place of the text; refuse an instruction."""
        self.check()
        return Wording().prompt_for(instruction, self.spec.name) + INPUT

    def make(self, progress: Progress | None = None) -> None:
        """Distil the encoder where that was not done."""
        if load_table(self._table_path()) is None:
            folder = self._source_folder()
            encoder = SentenceFamily(EncoderSpec.parse(self.spec.source), folder).load()
            save_table(self._table_path(), distil(encoder, folder / "tokenizer.json", progress))

    def load(self, template: str = "") -> StaticEncoder:
        """Load the table; distil it where that was not done."""
        self.check()
        self.make()
        table = load_table(self._table_path())
        assert table is not None
        return StaticEncoder(self.spec.name, self._key(), table, self._source_folder() / "tokenizer.json")

    def _key(self) -> str:
        return content_key("static encoder", STATIC_VERSION, model_key(self._source_folder()))

    def _table_path(self) -> Path:
        return data_home() / FOLDER / f"{self._key()}.npy"

    def _source_folder(self) -> Path:
        self.check()
        assert self.folder is not None  # `load_encoder` downloads it
        return self.folder
