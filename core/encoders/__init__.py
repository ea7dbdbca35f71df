"""Encoders turn texts into embeddings: unit vectors, in the generic space or under an instruction."""

from core.encoders.answers import explain_clusters
from core.encoders.protocol import Encoder
from core.encoders.reading import count_too_long, estimate_seconds, time_first_texts
from core.encoders.ready import ReadyVectors, read_ready_vectors
from core.encoders.registry import (
    DEFAULT_ENCODER,
    EncoderChoice,
    available_encoders,
    instructed_encoders,
    is_on_this_machine,
    load_encoder,
)

__all__ = [
    "DEFAULT_ENCODER",
    "Encoder",
    "EncoderChoice",
    "ReadyVectors",
    "available_encoders",
    "count_too_long",
    "estimate_seconds",
    "explain_clusters",
    "instructed_encoders",
    "is_on_this_machine",
    "load_encoder",
    "read_ready_vectors",
    "time_first_texts",
]
