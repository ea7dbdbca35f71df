"""Plain text: lines that are texts, and lines that are rows."""

import gzip

import pytest

from core.corpus.tables import ReadOptions, read_table

SENTENCES = b"The bus, late as ever.\r\nNice, but cold.\n\nFine, thanks.\rOK, no problem.\n"
TEXTS = ["The bus, late as ever.", "Nice, but cold.", "", "Fine, thanks.", "OK, no problem."]


@pytest.mark.parametrize("name", ["x.txt", "x.txt.gz"])
def test_a_line_is_a_text(name):
    content = gzip.compress(SENTENCES) if name.endswith("gz") else SENTENCES
    table = read_table(name, content)
    assert table.frame["text"].tolist() == TEXTS
    assert "4 of 5 hold a comma" in table.notes[0]
    assert table.choices.delimiters == ("", ",")


def test_lines_without_a_delimiter_need_no_note():
    table = read_table("x.txt", b"late as ever\nnice\nfine\n")
    assert (table.notes, table.choices.delimiters) == ((), ())


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("id\ttext\n1\tschön, ja\n2\tnein\n3\tgut\n".encode("utf-16"), "\t"),
        ("title\ttext\na b\tschön, ja\nc\tnein\nd\tgut\n".encode(), "\t"),
        ("n;text\n1;schön, ja\n2;nein\n3;gut\n".encode("cp1252"), ";"),
        ('"text" "n"\n"1" "schön, ja" 1\n"2" "nein" 2\n"3" "gut" 3\n'.encode(), " "),
        ("n|text\r\n1|schön, ja\r\n2|nein\r\n3|gut\r\n".encode(), "|"),
    ],
)
def test_a_table_that_a_program_wrote_is_read_as_one(content, delimiter):
    table = read_table("x.txt", content)
    assert table.used.delimiter == delimiter
    assert table.frame["text"].tolist() == ["schön, ja", "nein", "gut"]
    assert any("choose no delimiter" in note for note in table.notes)
    lines = read_table("x.txt", content, options=ReadOptions(delimiter=""))
    assert len(lines.frame) == 4 and delimiter in lines.frame["text"][1]


def test_delimiter_and_encoding_may_be_chosen():
    table = read_table("x.txt", b"late, cold\nnice, warm\n", options=ReadOptions(delimiter=",", header_row=0))
    assert table.frame.shape == (2, 2)
    table = read_table("x.txt", "schön\nfein\n".encode("cp1252"), options=ReadOptions(encoding="mac_roman"))
    assert table.frame["text"][0] == "schˆn"
    assert table.used.encoding == "mac_roman" and "cp1252" in table.choices.encodings
