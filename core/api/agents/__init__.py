"""Let an agent read analyses and, where a person allows it, label: a server of the Model Context Protocol."""

from .cli import add_mcp

__all__ = ["add_mcp"]
