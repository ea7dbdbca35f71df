"""Tables that are being imported: what was found, the files that were fetched, what was read of them."""

from core.storage.imports.examined import Examined
from core.storage.imports.imports import Import, imports_of

__all__ = ["Examined", "Import", "imports_of"]
