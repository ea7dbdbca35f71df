"""Make the file of the present format version that every later version must open, and what it holds.

    python -m tests.core.storage.analysis_file.make_version

It was run once by each version that introduced a format.
"""

import json
import tempfile
from pathlib import Path

from core.storage import Store
from core.storage.analysis_file import save_analysis
from core.storage.analysis_file.contents import VERSION
from core.storage.analysis_file.record import read_record
from tests.support.saved_analysis import fill

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "analysis_files"


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home))
        analysis = fill(store)
        save_analysis(store, analysis, FOLDER / f"version_{VERSION}.refract")
        with store.locked() as connection:
            record = read_record(connection, analysis)[0]
    content = json.dumps(record, ensure_ascii=False)
    (FOLDER / f"version_{VERSION}.json").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
