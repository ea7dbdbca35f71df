"""Commands on files of analyses, and the check whether one comes out the same again."""

from .cli import add_analysis
from .replay import Compared, Replay, replay

__all__ = ["Compared", "Replay", "add_analysis", "replay"]
