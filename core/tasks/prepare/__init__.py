"""Prepare a corpus: its generic space with the map, and before it a quick preview."""

from .first_look import look
from .generic_space import PREPARE_VERSION, add_column_analysis, prepare

__all__ = ["PREPARE_VERSION", "add_column_analysis", "look", "prepare"]
