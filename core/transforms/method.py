"""How an analysis follows its instruction: by reshaping stored embeddings, or by reading every text anew."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from core.errors import StoreError

Kind = Literal["guided", "gstransform", "reading"]


@dataclass(frozen=True)
class Approach:
    """How the space of an analysis is made.

    Attributes
    ----------
    kind : "guided", "gstransform" or "reading"
        `GuidedTransform` or `GSTransform` of the generic embeddings, or the vectors of an encoder that reads
        every text under the instruction.
    encoder : str
        For `core.encoders.load_encoder`; "" for transforms.
    template : str
        How the encoder is given the instruction; "" for its own way.
    """

    kind: Kind = "guided"
    encoder: str = ""
    template: str = ""

    @property
    def reencodes(self) -> bool:
        """Whether every text is read again, so that no label is needed."""
        return self.kind == "reading"

    def to_text(self) -> str:
        """Return it as the store keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str | None) -> Approach:
        """Read what `to_text` wrote; None is the usual approach.

        Raises
        ------
        StoreError
            When it is nothing of the kind, as one of a later version may be.
        """
        if text is None:
            return cls()
        try:
            approach = cls(**json.loads(text))
            if approach.kind not in get_args(Kind):
                raise ValueError(approach.kind)
            return approach
        except (TypeError, ValueError) as error:
            raise StoreError(
                "How this analysis follows its instruction cannot be read (it may come from a later version "
                "of Refract): choose it again on the guide page."
            ) from error
