"""Make the file of format version 1 that every later version must open, and what it holds.

    python -m tests.core.storage.analysis_file.make_version_1

It was run once, by the version that introduced the format; a later format gets its own script and file.
"""

import json
import tempfile
from pathlib import Path

from core.storage import Store
from core.storage.analysis_file import save_analysis
from core.storage.analysis_file.record import read_record
from tests.support.saved_analysis import fill

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "analysis_files"


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home))
        analysis = fill(store)
        save_analysis(store, analysis, FOLDER / "version_1.refract")
        with store.locked() as connection:
            record = read_record(connection, analysis)[0]
    (FOLDER / "version_1.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
