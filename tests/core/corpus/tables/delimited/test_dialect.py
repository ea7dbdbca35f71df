import pytest

from core.corpus.tables.delimited.dialect import find_dialect, split_sep_line

TEXTS = ["Great bread, my children loved it.", "Late; no refund, yet.", "Fine", "It was so-so, I fear."]


def found(sample, **options):
    return find_dialect(sample, whole=True, **options)


def rows_of(write):
    return "id,text,n\n" + "".join(write(i, text) for i, text in enumerate(TEXTS))


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("text;n\na, b;1\nc, d, e;2\n", ";"),
        ("text, words;n\na;1\nb;2\nc;3\n", ";"),
        ("Datum;Wert;Text\n01.03.2024;0,5;a, b\n02.03.2024;1,5;c\n", ";"),
        ("0,5;1,5\n0,7;1,9\n1,2;2,2\n", ";"),
        ("id\ttext\n1\ta, b; c\n2\td|e\n", "\t"),
        ('id\tmeta\n1\t{"a":1,"b":2}\n2\t{"a":3,"b":4}\n', "\t"),
        ("id^text\n1^a, b\n2^c\n3^d\n", "^"),
        ("Title; of it\n\nid,text,n\n1,a,2\n2,b,3\n3,c,4\n", ","),
        # Real files of one column.
        ("text\nhello, world\nplain\na; b, c; d\n", ""),
        ("text\nHello a, you\nHello b, you\nHello c, you\n", ""),
        ("price\n1,200\n1,300\n1,450\n", ""),
        ("value\n0,5\n1,5\n2,75\n", ""),
        ("url\nhttps://a.b/c\nhttps://d.e/f\n", ""),
        ("text\nit was a\nit was b\nit was c\n", ""),
        ("text\n你好,世界,很好\n不错,谢谢\n差\n好,好,好,好\n", ""),
    ],
)
def test_the_delimiter_is_the_one_that_cuts_evenly(sample, delimiter):
    assert found(sample).dialect.delimiter == delimiter


def test_the_ways_of_quoting():
    plain = found(rows_of(lambda i, text: f'{i},"{text}",1\n')).dialect
    assert (plain.quote, plain.doubled, plain.escaped, plain.blank) == ('"', True, False, False)
    assert found(rows_of(lambda i, text: f"{i},'{text}',1\n")).dialect.quote == "'"
    assert found(rows_of(lambda i, text: f'{i},"he said \\"{text}\\"",1\n')).dialect.escaped
    assert found(rows_of(lambda i, text: f'{i}, "{text}", 1\n')).dialect.blank
    assert found("a, b, c\n1, x y, 2\n2, z w, 3\n").dialect.blank


def test_the_other_delimiters_are_offered_the_best_first():
    assert found("text\nHello a, you; b\nHello b, you; c\nHello c, you\n").delimiters == (",", ";")
    assert found("text;n\na, b;1\nc, d;2\n").delimiters[0] == ";"
    assert found("text\nplain\n").delimiters == ()


def test_a_chosen_delimiter_is_obeyed():
    sample = "a,b;c\n1,2;3\n"
    assert found(sample, delimiter=";").dialect.delimiter == ";"
    assert found(sample, delimiter="").dialect.delimiter == ""
    assert found(sample, delimiter="b").dialect.delimiter == "b"
    assert found(sample, delimiter="x").dialect.delimiter in ("", "x")


def test_the_last_row_of_a_cut_sample_does_not_count():
    sample = 'id,text\n1,"a, b"\n2,"c, d"\n3,"e, f'
    assert find_dialect(sample, whole=False).dialect.delimiter == ","


def test_a_sep_line():
    assert split_sep_line("sep=;\r\na;b") == (";", 7)
    assert split_sep_line("sep=\\t\na\tb") == ("\t", 7)
    assert split_sep_line("sep,text\n") == (None, 0)
    assert split_sep_line("") == (None, 0)
