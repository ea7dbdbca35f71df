"""Static encoders: one vector a token, distilled on this machine from another encoder."""

from .encoder import StaticEncoder
from .family import StaticFamily, static_name

__all__ = ["StaticEncoder", "StaticFamily", "static_name"]
