"""Nothing is unpickled: whoever can change a file could run code by it."""

import re

from tests.conftest import ROOT

PATTERNS = (
    r"\b(c?pickle|dill|joblib|cloudpickle|shelve|marshal)\b\s*\.?\s*(loads?|open)\b",
    r"^\s*(import|from) (pickle|dill|joblib|cloudpickle|shelve|marshal)\b",
    r"read_pickle|allow_pickle\s*=\s*True",
    r"\bnp\.load\((?!\"\{file\}\")(?![^\n]*allow_pickle=False)",
    r"\btorch\.load\((?![^\n]*weights_only=True)",
    r"yaml\.(unsafe_)?load\(",
)


def test_no_code_unpickles():
    found = []
    for folder in ("core", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            for pattern in PATTERNS:
                found += [f"{path.name}: {m[0]}" for m in re.finditer(pattern, text, re.MULTILINE)]
    assert not found
