"""Delimited files as programs write them, read without a choice of the person."""

import pandas as pd
import pytest

from core.corpus.tables import ReadOptions, read_table
from core.errors import CorpusError

TEXTS = [
    "The parcel came two days late.",
    "Great bread, my children loved it.",
    "I was charged twice.",
    "Onions were mouldy, very disappointed.",
    "The driver was kind.",
]


def read(text, **options):
    content = text.encode() if isinstance(text, str) else text
    return read_table("x.csv", content, options=ReadOptions(**options))


def quoted(text, delimiter=","):
    return f'"{text}"' if delimiter in text else text


def rows_of(delimiter=",", end="", start=0):
    return "".join(
        f"{i}{delimiter}{quoted(text, delimiter)}{delimiter}{i % 3}{end}\n"
        for i, text in enumerate(TEXTS, start=start)
    )


def assert_reads(table, names=("id", "comment", "stars"), text="comment", texts=TEXTS):
    assert table.frame.columns.tolist() == list(names)
    assert table.frame[text].tolist() == texts


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["sep=%s\n", '"sep=%s"\r\n', "SEP=%s\r\n", "\ufeffsep=%s\n"])
def test_the_sep_line_of_excel_is_used_and_skipped(delimiter, line):
    table = read(line % delimiter + f"id{delimiter}comment{delimiter}stars\n" + rows_of(delimiter))
    assert_reads(table)
    assert table.used.delimiter == delimiter
    assert table.source_rows.tolist() == [2, 3, 4, 5, 6]  # Excel does not show that line


def test_lines_of_an_error_count_the_sep_line():
    with pytest.raises(CorpusError, match="has 3 values in line 4 but 2 column names"):
        read("sep=,\ntext,n\na,1\nhello, world,3\n")


def test_title_lines_above_the_header_are_left_out_with_a_note():
    title = "Ticket report\nGenerated on 2024-03-05 by reporting\n\n"
    table = read(title + "id,comment,stars\n" + rows_of())
    assert_reads(table)
    assert table.used.header_row == 4
    assert table.source_rows.tolist() == [5, 6, 7, 8, 9]
    assert "Ticket report" in table.notes[0]
    assert table.choices.first_rows[0] == (1, ("Ticket report",))
    table = read("Report: tickets, March 2024\nid,comment,stars\n" + rows_of())
    assert_reads(table)
    assert len(table.notes) == 1


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_empty_value_after_the_last_delimiter_is_no_value(delimiter):
    table = read(delimiter.join(["id", "comment", "stars"]) + "\n" + rows_of(delimiter, end=delimiter))
    assert_reads(table)
    assert table.frame["stars"].tolist() == [0, 1, 2, 0, 1]


def test_rows_may_be_short():
    table = read("id,comment,a,b,c\n" + "".join(f'{i},"{text}"\n' for i, text in enumerate(TEXTS)))
    assert_reads(table, ["id", "comment", "a", "b", "c"])
    assert table.frame["c"].isna().all()
    ragged = "a,b,c,d,e\n1,x,2\n2,y\n3,z,1,2,3\n4,w,1,2\n"
    assert read(ragged).frame.shape == (4, 5)


def test_bare_delimiters_name_the_line():
    lines = "".join(f"{i},{text.replace(',', '')}, and so on\n" for i, text in enumerate(TEXTS))
    with pytest.raises(CorpusError, match="has 3 values in line 2 but 2 column names"):
        read("id,comment\n" + lines)


def test_a_first_row_of_values_is_no_header():
    table = read("it was late,5\nfine,3\n")
    assert table.frame.columns.tolist() == ["column 1", "column 2"]
    assert table.frame["column 2"].tolist() == [5, 3]
    assert table.used.header_row == 0
    assert len(table.notes) == 1
    assert read("it was late,5\nfine,3\n", header_row=1).frame.columns.tolist() == ["it was late", "5"]
    assert read("it was late,five\nfine,three\n", header_row=0).frame.shape == (2, 2)


def test_a_file_that_may_have_delimiters_says_so_and_offers_them():
    table = read("text\n" + "\n".join(TEXTS) + "\n")
    assert_reads(table, ["text"], "text")
    assert len(table.notes) == 1
    assert (table.used.delimiter, table.choices.delimiters) == ("", ("", ","))
    assert read("text\nplain\nso so\n").notes == ()
    quoted_texts = read("text\n" + "".join(f'"{text}"\n' for text in TEXTS))
    assert_reads(quoted_texts, ["text"], "text")
    assert quoted_texts.notes == ()


def test_choices_of_the_person_are_obeyed():
    content = "a,b;c\n1,2;3\n4,5;6\n"
    assert read(content, delimiter=";").frame.columns.tolist() == ["a,b", "c"]
    assert read(content, delimiter=",").frame.columns.tolist() == ["a", "b;c"]
    assert read(content, delimiter="").frame.columns.tolist() == ["a,b;c"]
    table = read("x,y\nid,text\n1,a b\n2,c d\n", header_row=2)
    assert (table.frame.columns.tolist(), table.used.header_row) == (["id", "text"], 2)
    assert read("Größe,n\na,1\nb,2\n".encode("cp1252"), encoding="cp1250").used.encoding == "cp1250"


@pytest.mark.parametrize(
    "footer",
    [
        "Total: 5 rows\n",
        "\n-- end of report --\n",
        "(5 rows)\n",
        "\nGenerated on 5 March, by X\n",
        "Total,,7\n",
    ],
)
def test_footers_are_left_out_with_a_note(footer):
    rows = "".join(line + ",x\n" for line in rows_of().splitlines())
    table = read("id,comment,stars,m\n" + rows + footer)
    assert_reads(table, ["id", "comment", "stars", "m"])
    assert table.frame["id"].dtype == "int64"
    assert len(table.notes) == 1


def test_a_footer_below_rows_that_are_often_empty():
    for footer in ("Total: 4 rows\n", "\n-- end --\n"):
        table = read("text,city\nso so,\nfine by me,Paris\nit was late,\ngood,\n" + footer)
        assert table.frame["text"].tolist() == ["so so", "fine by me", "it was late", "good"]
        assert len(table.notes) == 1


def test_a_last_row_that_is_short_stays():
    table = read("name,comment,stars\nAnn,so so,1\nBob,fine,2\nCid\n")
    assert table.frame["name"].tolist() == ["Ann", "Bob", "Cid"]


def test_na_of_r_is_missing():
    # Without quotation marks: among texts and numbers, but not among codes.
    table = read("text,score,country\nNA,NA,DE\nso so it was,1.0,NA\nfine by me,NA,FR\n")
    assert table.frame["text"].isna().tolist() == [True, False, False]
    assert table.frame["score"].isna().tolist() == [True, False, True]
    assert table.frame["country"].tolist() == ["DE", "NA", "FR"]
    assert len(table.notes) == 3
    # With them, a bare NA is none of the texts.
    table = read('"","text","country"\n"1",NA,"DE"\n"2","so, so",NA\n"3","NA","NA"\n')
    assert table.frame["text"].isna().tolist() == [True, False, False]
    assert table.frame["country"].isna().tolist() == [False, True, False]
    assert len(table.notes) == 1
    # What people write stays.
    assert read("text\nN/A\nnone\nNo comment\nit was late\n").frame["text"].tolist()[:2] == ["N/A", "none"]


def test_row_names_of_r():
    table = read('"text" "score"\n"1" "so so" 3\n"2" "fine" 4\n')
    assert table.frame.columns.tolist() == ["row name", "text", "score"]
    table = read("text\tscore\n1\tso so\t3\n2\tfine\t4\n")
    assert table.frame.columns.tolist() == ["row name", "text", "score"]
    assert len(table.notes) == 1


def test_rows_are_counted_as_in_a_spreadsheet():
    table = read('id,text\n1,"two\nlines"\n\n2,b\n')
    assert table.source_rows.tolist() == [2, 4]


def test_line_ends():
    for end in ("\r", "\r\r\n"):
        table = read("id,comment,stars" + end + rows_of().replace("\n", end))
        assert_reads(table)
        assert table.source_rows.tolist() == [2, 3, 4, 5, 6]
    table = read('id,text\r1,"two\nlines"\r2,b\r')
    assert table.frame["text"].tolist() == ["two\nlines", "b"]


def test_backslashes():
    content = 'id,text\n1,"he said \\"hi\\", in C:\\new"\n2,"a, b"\n3,"c"\n'
    assert read(content).frame["text"].tolist() == ['he said "hi", in C:\\new', "a, b", "c"]
    content = "id\ttext\n1\t\\N\n2\tline\\\nbreak\n3\tabc def\n"
    assert read(content).frame["text"].tolist()[1:] == ["line\nbreak", "abc def"]
    content = 'id,path\n1,"C:\\"\n2,"a, b"\n3,"x"\n'
    assert read(content).frame["path"].tolist() == ["C:\\", "a, b", "x"]


def test_lines_that_are_quoted_as_a_whole():
    lines = "".join(f'"{line.replace(chr(34), chr(34) * 2)}"\n' for line in rows_of().splitlines())
    table = read('"id,comment,stars"\n' + lines)
    assert_reads(table)
    assert len(table.notes) == 1


def test_a_header_that_is_repeated_is_left_out():
    table = read("id,comment,stars\n" + rows_of() + "id,comment,stars\n" + rows_of(start=5))
    assert_reads(table, texts=TEXTS * 2)
    assert len(table.notes) == 1


def test_one_column_below_a_title():
    table = read("Customer feedback\n\ntext\n" + "\n".join(text.replace(",", "") for text in TEXTS) + "\n")
    assert table.frame.columns.tolist() == ["text"]
    assert table.source_rows[0] == 4


def test_quotation_marks_in_lines_of_text():
    assert read('text\n"Great" he said\nan odd "one\nok\n').frame["text"].tolist()[0] == '"Great" he said'
    assert read('id|text\n1|"Great" he said\n2|fine\n').frame["text"].tolist()[0] == '"Great" he said'


def test_quoted_values_hold_delimiters_quotes_and_line_ends():
    table = read_table("x.csv", b'text,n\n"a, ""b""\nc",1\n5\'8" tall,2\n')
    assert table.frame["text"].tolist() == ['a, "b"\nc', "5'8\" tall"]


def test_a_file_of_one_column_needs_no_quotes():
    table = read_table("x.csv", b"text\nhello, world\nplain\na; b, c; d\n")
    assert table.frame.columns.tolist() == ["text"]
    assert table.frame["text"].tolist() == ["hello, world", "plain", "a; b, c; d"]


def test_the_delimiter_is_the_one_that_cuts_evenly():
    # Every text holds a comma; the first line holds none.
    assert read_table("x.csv", b"text;n\na, b;1\nc, d, e;2\n").frame["n"].tolist() == [1, 2]
    # Here the first line could be cut at either; only the semicolon fits the others.
    assert read_table("x.csv", b"text, words;n\na;1\nb;2\nc;3\n").frame.columns.tolist() == [
        "text, words",
        "n",
    ]


def test_quotation_marks_in_tabbed_files_may_be_plain_characters():
    table = read_table("x.tsv", b'text\tn\n"Great" he said\t1\nan "odd one\t2\n')
    assert table.frame["text"].tolist() == ['"Great" he said', 'an "odd one']
    assert "Quotation marks are kept" in table.notes[0]


def test_short_rows_are_filled_and_empty_extra_values_dropped():
    table = read_table("x.csv", b"text,n,m\na,1\nb,2,3,,\n\nc,4,5\n")
    assert table.frame["text"].tolist() == ["a", "b", "c"]
    assert table.frame["m"].tolist() == [pd.NA, 3, 5]
    assert table.notes[0].startswith("Rows with fewer values than there are columns: 1;")


def test_a_blank_before_a_quotation_mark_belongs_to_the_delimiter():
    rows = "".join(f'{i}, "It came late, and {text}", {i}\n' for i, text in enumerate(TEXTS))
    table = read("id, comment, stars\n" + rows)
    assert_reads(table, texts=[f"It came late, and {text}" for text in TEXTS])


def test_bare_delimiters_in_every_row_make_no_text_a_header():
    rows = "".join(f"{text.replace(',', '')} It was, oh, really, yes,pos\n" for text in TEXTS)
    with pytest.raises(CorpusError, match="line 2"):
        read("text,label\n" + rows)


def test_notes_name_columns_as_the_table_does():
    content = b"a,a\nNA,x y z\nlong text,NA\nanother text,NA\nw w w,d e f\n"
    table = read_table("a.csv", content)
    assert list(table.frame.columns) == ["a", "a (2)"]
    assert any("“a” 1, “a (2)” 2;" in note for note in table.notes)
