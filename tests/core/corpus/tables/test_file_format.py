"""Files whose content is of another format than their name says."""

import gzip
import io
import json
import zipfile

import pandas as pd
import pytest

from core.corpus.tables import read_table
from core.errors import CorpusError
from tests.core.corpus.tables.spreadsheets.workbooks import ods, xls, xlsb, xlsx

ROWS = [("text", "n"), ("the tram was late", 1), ("a friendly driver", 2), ("no seat, no air", 3)]
FRAME = pd.DataFrame(ROWS[1:], columns=ROWS[0])


def parquet():
    file = io.BytesIO()
    FRAME.to_parquet(file)
    return file.getvalue()


CONTENTS = {
    ".xlsx": xlsx(ROWS),
    ".xls": xls(ROWS),
    ".ods": ods(ROWS),
    ".xlsb": xlsb(ROWS),
    ".csv": FRAME.to_csv(index=False).encode(),
    "tabs": FRAME.to_csv(index=False, sep="\t").encode("utf-16"),
    ".json": json.dumps(FRAME.to_dict("records")).encode(),
    ".parquet": parquet(),
    "gzip": gzip.compress(FRAME.to_csv(index=False).encode()),
}
WORKBOOKS = (".xlsx", ".xls", ".ods", ".xlsb", ".xlsm")


@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("ending", [*WORKBOOKS, ".csv", ".parquet"])
def test_a_file_is_read_by_its_content(kind, ending):
    table = read_table(f"x{ending}", CONTENTS[kind])
    assert table.frame["text"].tolist() == FRAME["text"].tolist()
    assert table.frame["n"].tolist() == [1, 2, 3]
    told = [note for note in table.notes if "though its name ends in" in note]
    as_named = kind == ending or (kind, ending) in {
        (".xlsx", ".xlsm"),
        ("tabs", ".csv"),
        ("gzip", ".csv"),
    }
    assert len(told) == (0 if as_named else 1)


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("x.csv", b"\x89PNG\r\n\x1a\n", "holds a picture, not plain text"),
        ("x.xlsx", b"%PDF-1.7 ...", "holds a PDF document, not an XLSX workbook"),
        ("x.xlsx", archive("word/document.xml"), "holds a Word document"),
        ("x.csv", archive("data.csv"), "holds a ZIP archive"),
        ("x.txt", archive("data.csv")[:30], "holds a damaged archive"),
        ("x.csv", b"\xd0\xcf\x11\xe0" + bytes(600), "holds an Office document"),
    ],
)
def test_content_that_is_no_table_is_refused_in_words(name, content, found):
    with pytest.raises(CorpusError, match=found):
        read_table(name, content)
