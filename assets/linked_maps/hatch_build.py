"""Bundle the frontend when pip builds the package."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendBuildHook(BuildHookInterface):
    """Put the bundled JavaScript into `refract_linked_maps/static/` before the wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle for wheels; a source distribution carries the sources instead."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from bundle import bundle

        with tempfile.TemporaryDirectory(prefix="refract-linked-maps-", ignore_cleanup_errors=True) as folder:
            bundle(root / "frontend", Path(folder), root / "refract_linked_maps" / "static")
