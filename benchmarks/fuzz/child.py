"""The process of one target: `python -m benchmarks.fuzz.child TARGET FOLDER SECONDS SEED MODULE LONGEST`.

MODULE makes the targets; LONGEST is the time for one input in seconds.

Only what is imported below `instrument_imports` is measured: nothing of `core` may be imported before.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import mmap
import os
import struct
import sys
import traceback
import warnings
from pathlib import Path

COUNT_FILE, FINDINGS_FILE = "count", "findings.jsonl"
TIMEOUT_EXIT, TOO_MUCH_MEMORY_EXIT = 70, 71
MOST_MEGABYTES = 2_048
LONGEST_INPUT = 8_192
OURS = str(Path(__file__).resolve().parents[2] / "core")


def read_count(file: Path) -> int:
    """Return the number of inputs that a target has read; 0 before the first."""
    return struct.unpack("<q", file.read_bytes())[0] if file.exists() else 0


def main(name: str, folder: Path, seconds: float, seed: int, module: str, longest: int) -> None:
    """Read changed inputs until the time is over. Does not return."""
    forget_memory_of_parent()
    import atheris

    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=["core"]):
        from core.errors import RefractError

        target = importlib.import_module(module).make_targets()[name]
    count = _Counter(folder / COUNT_FILE)
    known: set[str] = set()

    def read(content: bytes) -> None:
        count.add()
        try:
            target.read(content)
        except RefractError:
            pass
        except Exception as error:  # a finding: kept, and the run goes on
            found = _describe(error)
            if found not in known:
                known.add(found)
                contained = target.in_child and isinstance(error, MemoryError)
                _keep(folder, found, content, contained)

    arguments = [
        f"-max_total_time={max(1, int(seconds))}",
        f"-seed={seed}",
        f"-timeout={longest}",
        f"-timeout_exitcode={TIMEOUT_EXIT}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-max_len={LONGEST_INPUT}",
        "-len_control=0",
        f"-artifact_prefix={folder}/ended-",
        "-verbosity=0",
        str(folder / "inputs"),
    ]
    atheris.Setup([sys.argv[0], *arguments], read)
    atheris.Fuzz()


def forget_memory_of_parent() -> None:
    """Go on in a fork, with the same exit code.

    The largest memory of a process, which libFuzzer compares with its limit, is that of the process which
    started it until it forks.
    """
    process = os.fork()
    if process:
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os._exit(code if code >= 0 else 128 - code)


class _Counter:
    """A number in a file, which outlives the process that counts."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(8))
        with file.open("r+b") as opened:
            self._bytes = mmap.mmap(opened.fileno(), 8)

    def add(self) -> None:
        (number,) = struct.unpack_from("<q", self._bytes)
        struct.pack_into("<q", self._bytes, 0, number + 1)


def _describe(error: Exception) -> str:
    """Return the kind of an exception, and the last line of our own code on its way."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(OURS)]
    where = (
        f"{os.path.relpath(frames[-1].filename, Path(OURS).parent)}:{frames[-1].lineno}" if frames else "?"
    )
    return f"{type(error).__name__} at {where}"


def _keep(folder: Path, found: str, content: bytes, contained: bool) -> None:
    file = folder / f"finding-{hashlib.sha256(content).hexdigest()[:12]}"
    file.write_bytes(content)
    with (folder / FINDINGS_FILE).open("a", encoding="utf-8") as opened:
        opened.write(json.dumps({"error": found, "contained": contained, "file": str(file)}) + "\n")


if __name__ == "__main__":
    name, folder, seconds, seed, module, longest = sys.argv[1:]
    main(name, Path(folder), float(seconds), int(seed), module, int(longest))
