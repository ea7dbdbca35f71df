"""The data folder behind the objects of the API."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..storage import Store


class Workspace:
    """A data folder: one of its own that goes with the object, or one that stays.

    Parameters
    ----------
    home : Path or None
        None for a temporary folder.
    """

    def __init__(self, home: Path | None) -> None:
        self._temporary = None
        if home is None:
            # Arrays may still be mapped when it is removed, which Windows refuses.
            self._temporary = tempfile.TemporaryDirectory(prefix="refract-", ignore_cleanup_errors=True)
            home = Path(self._temporary.name)
        self.store = Store(home)
