"""What decides the last digits of numbers: versions of packages, and the kind of processor."""

from __future__ import annotations

import platform
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from ... import __version__

PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "pynndescent",
    "umap-learn",
    "hdbscan",
    "torch",
    "transformers",
    "sentence-transformers",
)
PROCESSORS = Path("/proc/cpuinfo")


def this_machine() -> dict[str, str]:
    """Return the versions and the machine by names for people, such as "numpy": "2.3.5"."""
    found = {
        "refract": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": f"{platform.machine()}, {_processor()}",
    }
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def differences(made_with: dict[str, str]) -> list[str]:
    """Return what is not the same on this machine, such as "numpy (2.1.0 in the file, 2.3.5 here)"."""
    here = this_machine()
    return [
        f"{name} ({made_with.get(name, 'none')} in the file, {here.get(name, 'none')} here)"
        for name in dict.fromkeys([*made_with, *here])
        if made_with.get(name) != here.get(name)
    ]


def _processor() -> str:
    """Return the model of the processor, as far as the system says."""
    if sys.platform == "linux":
        with suppress(OSError):
            for line in PROCESSORS.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
