"""The method of an analysis: how its vectors are made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from ..errors import StoreError

EARLIER_KINDS = {"reading": "reencode"}
"""Names of kinds in documents of earlier versions."""


class MethodKind(StrEnum):
    """The four kinds of method."""

    GENERIC = "generic"
    """The embeddings of the corpus, without an instruction."""
    GUIDED = "guided"
    """`GuidedTransform` of the generic embeddings."""
    GSTRANSFORM = "gstransform"
    """`GSTransform` of the generic embeddings."""
    REENCODE = "reencode"
    """An encoder that encodes every text under the instruction."""


@dataclass(frozen=True)
class Method:
    """How texts become vectors.

    Attributes
    ----------
    kind : MethodKind
        Its value is accepted too; ValueError where there is no such kind.
    encoder : str
        For `core.encoders.load_encoder`; "" for other kinds than "reencode".
    template : str
        How the encoder is given the instruction; "" for its own way.
    """

    kind: MethodKind = MethodKind.GUIDED
    encoder: str = ""
    template: str = ""

    def __post_init__(self) -> None:
        """Convert the value of a kind to the kind."""
        object.__setattr__(self, "kind", MethodKind(self.kind))

    @property
    def reencodes(self) -> bool:
        """Whether every text is encoded again, so that no label is needed."""
        return self.kind == MethodKind.REENCODE

    @property
    def learns(self) -> bool:
        """Whether it is fitted to labels."""
        return self.kind in (MethodKind.GUIDED, MethodKind.GSTRANSFORM)

    def lacks_labels(self, n_names: int, n_classes: int, *, names_encoded: bool) -> str:
        """Return what has to be added before it can be fitted: "names", "labelled texts", or "" for nothing.

        Parameters
        ----------
        n_classes : int
            Different labels of texts.
        names_encoded : bool
            Whether the encoder of the corpus can encode label names. Only `GuidedTransform` uses them.
        """
        if not self.learns:
            return ""
        if n_names < 2:
            return "names"
        names_count = names_encoded and self.kind == MethodKind.GUIDED
        return "" if names_count or n_classes >= 2 else "labelled texts"

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def to_key(self) -> str:
        """Return a text for keys of stored results, the same as in earlier versions."""
        earlier = {new: old for old, new in EARLIER_KINDS.items()}
        document = asdict(self) | {"kind": earlier.get(self.kind, self.kind)}
        return json.dumps(document, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str | None) -> Method:
        """Read what `to_text` wrote, in this version or an earlier one; None gives the default.

        Raises
        ------
        StoreError
            When it cannot be read, as it may come from a later version.
        """
        if text is None:
            return cls()
        try:
            document = json.loads(text)
            method = cls(**document | {"kind": EARLIER_KINDS.get(document["kind"], document["kind"])})
            if method.kind == MethodKind.GENERIC:
                raise ValueError(method.kind)
            return method
        except (TypeError, ValueError, KeyError) as error:
            raise StoreError(
                "How this analysis follows its instruction cannot be read (it may come from a later version "
                "of Refract): choose the method again."
            ) from error
