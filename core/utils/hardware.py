"""Features of the processor, read without loading torch."""

from __future__ import annotations

from functools import cache
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


@cache
def processor_has_bfloat16() -> bool:
    """Return whether the processor has bfloat16 instructions; False where that is unknown."""
    try:
        lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return bool(BFLOAT16_FLAGS & set(flags.split()))
