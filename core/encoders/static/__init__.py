"""Static encoders: one vector a token, distilled on this machine from another encoder."""

from core.encoders.static.encoder import StaticEncoder
from core.encoders.static.family import StaticFamily, static_name

__all__ = ["StaticEncoder", "StaticFamily", "static_name"]
