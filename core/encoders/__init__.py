"""Encoders turn texts into embeddings: unit vectors in the generic space."""

from core.encoders.protocol import Encoder
from core.encoders.reading import count_too_long, estimate_seconds
from core.encoders.registry import DEFAULT_ENCODER, EncoderChoice, available_encoders, load_encoder

__all__ = [
    "DEFAULT_ENCODER",
    "Encoder",
    "EncoderChoice",
    "available_encoders",
    "count_too_long",
    "estimate_seconds",
    "load_encoder",
]
