"""Whether an encoder can read texts: what its tokeniser makes of them, before anything is encoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..utils import MAX_CHARACTERS_PER_TOKEN, folded_text

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MULTILINGUAL = (
    "paraphrase-multilingual-MiniLM-L12-v2",
    "intfloat/multilingual-e5-small",
    "BAAI/bge-m3",
)
"""Encoders that read about a hundred languages, the fastest first; any of them loads by its name."""

MOST_TEXTS = 5_000
"""Texts that are tokenised: about a second when all are long."""

UNREAD_SHARE = 0.5
"""Share of a text's tokens that are unknown, from which the encoder cannot read it."""

DOUBTFUL_SHARE = 0.05
"""Share of the texts that are unread, or equal to others, from which an encoder is doubtful."""


@dataclass(frozen=True)
class Legibility:
    """What a tokeniser makes of different texts.

    Attributes
    ----------
    n_texts : int
        Different texts, by `folded_text`, that are not cut.
    n_distinct : int
        Different sequences of tokens; texts with one sequence get one vector.
    n_unread : int
        Texts without a token, or of which at least `UNREAD_SHARE` of the tokens are unknown.
    """

    n_texts: int
    n_distinct: int
    n_unread: int

    @property
    def doubtful(self) -> bool:
        """Whether the encoder cannot read the texts well enough for a map."""
        return max(self.n_unread, self.n_texts - self.n_distinct) > DOUBTFUL_SHARE * self.n_texts


def read_legibility(texts: Sequence[str], max_tokens: int, tokenizer_file: Path) -> Legibility:
    """Tokenise up to `MOST_TEXTS` texts, spread evenly; torch is not loaded.

    Raises
    ------
    OSError
        When the tokeniser cannot be read.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
    except Exception as error:  # the library raises plain Exception, also for a missing file
        raise OSError(str(error)) from error
    sample = {folded_text(text): text for text in texts[:: -(-len(texts) // MOST_TEXTS) or 1]}.values()
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens + 1)
    unknown = _unknown_token(tokenizer)
    encodings = tokenizer.encode_batch(
        [text[: max_tokens * MAX_CHARACTERS_PER_TOKEN] for text in sample], add_special_tokens=False
    )
    whole = [encoding.ids for encoding in encodings if len(encoding.ids) <= max_tokens]
    return Legibility(
        n_texts=len(whole),
        n_distinct=len(set(map(tuple, whole))),
        n_unread=sum(ids.count(unknown) >= UNREAD_SHARE * len(ids) for ids in whole),
    )


def _unknown_token(tokenizer: Tokenizer) -> int:
    """Return the id of the unknown token; -1, which no token has, for a tokeniser of bytes: it knows all."""
    found = (tokenizer.token_to_id(token) for token in ("[UNK]", "<unk>", "<UNK>"))
    return next((token for token in found if token is not None), -1)
