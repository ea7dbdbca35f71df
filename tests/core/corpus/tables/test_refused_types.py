import gzip

import pytest

from core.corpus.tables import read_table
from core.errors import CorpusError

ADVICE = {
    "survey.zip": "unpack",
    "survey.tar.gz": "unpack",
    "letters.PDF": "spreadsheet",
    "letters.docx": "spreadsheet",
    "photo.png": "CSV or Excel",
    "survey.sav": "export the table there as CSV",
    "table.numbers": "as Excel or CSV",
    "vectors.npy": "texts first",
    "frame.pkl": "CSV or Parquet",
    "frame.feather": "Parquet or CSV",
    "page.html": "CSV or JSON",
    "notes.dat": ".txt",
    "notes": "without an ending",
}


@pytest.mark.parametrize(("name", "advice"), ADVICE.items())
def test_a_refused_type_is_named_with_what_to_do(name, advice):
    content = b"One text\nand another\n"
    with pytest.raises(CorpusError) as refused:
        read_table(name, gzip.compress(content) if name.endswith(".gz") else content)
    said = str(refused.value)
    assert name in said and advice in said and ": " in said


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", b"MZ\x90\0\x03"])
def test_what_is_not_text_is_not_called_text(content):
    with pytest.raises(CorpusError, match="CSV or Excel"):
        read_table("thing.xyz", content)
