"""Which encoders there are, and loading one."""

from __future__ import annotations

from dataclasses import dataclass

from core.encoders.protocol import Encoder
from core.encoders.sources import PACKAGED_NAME, model_folder

DEFAULT_ENCODER = PACKAGED_NAME


@dataclass(frozen=True)
class EncoderChoice:
    """An encoder that can be suggested.

    Attributes
    ----------
    name : str, for `load_encoder`
    description : str, one sentence for the person who chooses
    max_tokens : int
    n_dims : int
    """

    name: str
    description: str
    max_tokens: int
    n_dims: int


def available_encoders() -> list[EncoderChoice]:
    """Encoders to choose from, the default first; `load_encoder` takes other names and folders as well."""
    return [
        EncoderChoice(DEFAULT_ENCODER, "English, fast; comes with Refract and needs no network.", 256, 384),
        EncoderChoice(
            "all-mpnet-base-v2", "English, finer and some 8 times slower; fetched once (0.4 GB).", 384, 768
        ),
        EncoderChoice(
            "paraphrase-multilingual-MiniLM-L12-v2",
            "Some 50 languages, reads 128 tokens; fetched once (0.5 GB).",
            128,
            384,
        ),
    ]


def load_encoder(name: str) -> Encoder:
    """Load an encoder, in a few seconds.

    Parameters
    ----------
    name : str
        The default encoder's name, the folder of a sentence-transformers model, or a name on the Hugging
        Face hub; only the last can need the network, and only the first time.

    Raises
    ------
    EncoderUnavailable
        When it cannot be found, fetched, trusted or read.
    """
    from core.encoders.sentence import SentenceEncoder

    return SentenceEncoder(name.strip(), model_folder(name))
