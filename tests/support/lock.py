"""Write requirements.lock and requirements-team.lock: `python -m tests.support.lock`.

Every package that requirements-dev.txt needs, in one version, with the SHA-256 of each of its files on the
package index, for all systems and versions of Python. The second has those of a shared server only, in the
same versions. Left out are torch, whose build depends on the machine
(its version is pinned, pip compares its file with what the index states), and the libraries that torch's
build for graphics cards brings.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
TEAM_LOCK = ROOT / "requirements-team.lock"
LEFT_OUT = re.compile(r"(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z0-9-]+)==")
HEADER = "# Written by make lock, never by hand. Installed with --require-hashes.\n"


def main():
    """Resolve both, write both files."""
    # Versions stay unless a requirement moves them.
    LOCK.write_text(resolve("requirements-dev.txt", LOCK.read_text() if LOCK.exists() else ""))
    TEAM_LOCK.write_text(resolve("requirements-team.txt", LOCK.read_text()))


def resolve(requirements, versions):
    """Return what to lock for one file of requirements; `versions` is a lock whose versions are preferred."""
    with tempfile.TemporaryDirectory() as folder:
        for file in ROOT.glob("requirements*.txt"):
            lines = file.read_text().splitlines(keepends=True)
            (Path(folder) / file.name).write_text(
                "".join(line for line in lines if not line.startswith("./"))
            )
        options = [
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
        ]
        command = [sys.executable, "-m", "uv", "pip", "compile", "--no-config", "--quiet", *options]
        kept = Path(folder) / "kept.lock"
        kept.write_text(versions)
        subprocess.run([*command, requirements, "-o", kept.name], cwd=folder, check=True)
        packages = re.split(r"\n(?=[a-z0-9])", kept.read_text().strip())
    return HEADER + "\n".join(each for each in packages if not LEFT_OUT.match(each)) + "\n"


if __name__ == "__main__":
    main()
