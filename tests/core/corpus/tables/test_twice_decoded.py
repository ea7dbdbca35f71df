"""Texts that were decoded twice before they were stored."""

import pytest

from core.corpus.tables import read_table
from tests.core.corpus.tables.spreadsheets.workbooks import xlsx
from tests.core.corpus.tables.test_text_encoding import TEXTS


def decode_again(text):
    """UTF-8 read as Windows-1252, as programs do it: five bytes stand for themselves."""
    codes = ((byte, "latin-1" if byte in b"\x81\x8d\x8f\x90\x9d" else "cp1252") for byte in text.encode())
    return "".join(bytes([byte]).decode(codec) for byte, codec in codes)


@pytest.mark.parametrize("language", TEXTS)
def test_texts_that_were_decoded_twice_are_told(language):
    texts = TEXTS[language][1:]
    rows = "\n".join(["text,n", *(f'"{text}",1' for text in texts), ""])
    assert not any("twice" in note for note in read_table("x.csv", rows.encode()).notes)
    wrong = read_table("x.csv", decode_again(rows).encode())
    assert any("twice" in note for note in wrong.notes)


def test_it_is_told_of_workbooks_too():
    rows = [("text", "n"), *((decode_again(text), 1) for text in TEXTS["French"][1:])]
    assert any("twice" in note and "Ã" in note for note in read_table("x.xlsx", xlsx(rows)).notes)
