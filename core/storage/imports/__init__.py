"""Tables that are being imported: what was found, the files that were fetched, what was read of them."""

from .examined import Examined
from .imports import Import, imports_of

__all__ = ["Examined", "Import", "imports_of"]
