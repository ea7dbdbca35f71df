"""Whether the analysis of a file comes out the same again."""

from .replay import Compared, Replay, replay

__all__ = ["Compared", "Replay", "replay"]
