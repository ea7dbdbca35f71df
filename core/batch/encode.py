"""Encode the texts of a file: a vector for each row, and the views of the encoder where wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..encoders import Encoder, ViewsEncoder, gives_views, load_encoder, recorded_commit, vectors_source
from ..errors import EncoderUnavailable
from .columns import VECTOR, check_texts, read_texts, vector_column, vector_type

if TYPE_CHECKING:
    import pyarrow as pa

ENCODE = "encode"


@dataclass(frozen=True)
class EncodeJob:
    """Encode texts.

    Attributes
    ----------
    encoder : str
        For `core.encoders.load_encoder`.
    text : str
        Column of the texts.
    id : str or None
        Column of the ids; None for row numbers.
    instruction, template : str
        Of an encoder that follows instructions, and its wording; "" for none.
    views : bool
        Whether the means of hidden layers are kept beside the vectors.
    dtype : str
        "float32" or "float16", of the vectors. Views are always float16.
    """

    encoder: str
    text: str
    id: str | None = None
    instruction: str = ""
    template: str = ""
    views: bool = False
    dtype: str = "float32"

    def describe(self) -> dict[str, object]:
        """Return what the results depend on."""
        return {"kind": ENCODE} | asdict(self)

    def load(self) -> EncodeStep:
        """Load the encoder."""
        return EncodeStep(self)


class TextEncoder:
    """A loaded encoder with one instruction, with or without views.

    Raises
    ------
    EncoderUnavailable
        When the encoder cannot be loaded, does not follow the instruction, or gives no views.
    """

    def __init__(self, name: str, instruction: str, template: str, *, views: bool) -> None:
        self.encoder: Encoder = load_encoder(name, template=template or None)
        self.instruction = instruction or None
        self.encoder.prompt_for(self.instruction)  # refused before hours of work
        self.source = vectors_source(name, self.instruction, template)
        self._viewer: ViewsEncoder | None = self.encoder if views and gives_views(self.encoder) else None
        if views and self._viewer is None:
            raise EncoderUnavailable(
                f"The encoder {name} gives no views of hidden layers: leave --views out."
            )
        self.layers = list(self._viewer.view_layers) if self._viewer is not None else []

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the vectors and views of texts."""
        if self._viewer is None:
            return self.encoder.encode(texts, instruction=self.instruction), []
        vectors, views = self._viewer.encode_with_views(texts, instruction=self.instruction)
        return vectors, list(views)


class EncodeStep:
    """A loaded `EncodeJob`."""

    def __init__(self, job: EncodeJob) -> None:
        self._job = job
        self._encoder = TextEncoder(job.encoder, job.instruction, job.template, views=job.views)
        _, views = self._encoder.encode(["text"])
        self._types = [vector_type(self._encoder.encoder.n_dims, job.dtype)]
        self._types += [vector_type(view.shape[1], "float16") for view in views]

    def columns(self, schema: pa.Schema, name: str) -> list[str]:
        """Return the column of the texts."""
        check_texts(schema, self._job.text, name)
        return [self._job.text]

    def fields(self) -> list[pa.Field]:
        """Return the vector, and each view."""
        import pyarrow as pa

        names = [VECTOR, *map(view_name, self._encoder.layers)]
        return [pa.field(name, kind) for name, kind in zip(names, self._types, strict=True)]

    def metadata(self) -> dict[str, object]:
        """Return where the vectors are from."""
        encoder = self._encoder.encoder
        return {
            "encoder": self._job.encoder,
            "encoder_commit": recorded_commit(self._job.encoder),
            "encoder_key": encoder.key_for(self._encoder.instruction),
            "source": self._encoder.source,
            "instruction": self._job.instruction,
            "dtype": self._job.dtype,
            "view_layers": self._encoder.layers,
        }

    def run(self, batch: pa.RecordBatch, name: str) -> list[pa.Array]:
        """Encode the texts of a batch."""
        texts, filled = read_texts(batch, self._job.text)
        if not texts:
            nothing = [np.empty((0, kind.list_size), np.float32) for kind in self._types]
            return [
                vector_column(none, filled, kind) for none, kind in zip(nothing, self._types, strict=True)
            ]
        vectors, views = self._encoder.encode(texts)
        pairs = zip([vectors, *views], self._types, strict=True)
        return [vector_column(rows, filled, kind) for rows, kind in pairs]


def view_name(layer: int) -> str:
    """Return the column of a view."""
    return f"view_{layer}"
