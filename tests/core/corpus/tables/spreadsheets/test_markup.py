"""Tables of web sites and of Excel 2003 that are named `.xls`."""

import pytest

from core.corpus.tables import ReadOptions, read_table
from core.errors import CorpusError

PAGE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>
<table border=1><tr><th>id</th><th>comment</th><th>stars</th></tr>
<tr><td rowspan=2>1</td><td>café froid,<br>
vraiment   déçu</td><td>3</td></tr><tr><td>bien &amp; bon &lt;3</td><td>4</td></tr>
<tr><td>007</td><td>un <b>gros</b> problème<td>1</table></body></html>"""
COMMENTS = ["café froid,\nvraiment déçu", "bien & bon <3", "un gros problème"]


@pytest.mark.parametrize("codec", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
@pytest.mark.parametrize("name", ["x.xls", "x.xlsx", "x.csv"])
def test_an_html_table_is_read(codec, name):
    table = read_table(name, PAGE.format(charset=codec).encode(codec))
    assert table.frame.columns.tolist() == ["id", "comment", "stars"]
    assert table.frame["id"].tolist() == ["1", "1", "007"]
    assert table.frame["comment"].tolist() == COMMENTS
    assert table.frame["stars"].tolist() == [3, 4, 1]
    assert "HTML" in table.notes[0] and name[1:] in table.notes[0]


def test_the_encoding_and_the_table_of_a_page_may_be_chosen():
    page = PAGE.format(charset="windows-1252") + "<table><tr><td>a<td>b<tr><td>c<td>1<tr><td>d<td>2</table>"
    content = page.encode("cp1252")
    assert read_table("x.xls", content).choices.sheets == ("table 1", "table 2")
    assert read_table("x.xls", content, options=ReadOptions(sheet="table 2")).frame["a"].tolist() == [
        "c",
        "d",
    ]
    chosen = read_table("x.xls", content, options=ReadOptions(encoding="mac_roman"))
    assert (chosen.used.encoding, chosen.encoding) == ("mac_roman", "Mac Roman")
    assert "caf" in chosen.frame["comment"][0] and "café" not in chosen.frame["comment"][0]


def test_a_page_without_a_table_is_refused():
    with pytest.raises(CorpusError, match="a page without a table"):
        read_table("x.xls", b"<html><body><p>Please log in</p></body></html>")


def test_excel_2003_xml_is_read():
    cell = '<Cell{index}><Data ss:Type="{kind}">{value}</Data></Cell>'.format
    rows = [
        "<Row>"
        + cell(index="", kind="String", value="text")
        + cell(index="", kind="String", value="n")
        + "</Row>",
        '<Row ss:Index="3">' + cell(index=' ss:Index="2"', kind="Number", value="3") + "</Row>",
        "<Row>"
        + cell(index="", kind="String", value="schön&#10;neu &amp; gut")
        + cell(index="", kind="Number", value="3.5")
        + "</Row>",
    ]
    content = (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Blatt 1"><Table>'
        f"{''.join(rows)}</Table></Worksheet></Workbook>"
    )
    table = read_table("x.xls", content.encode())
    assert table.frame["text"].isna().tolist() == [True, False]
    assert table.frame["text"][1] == "schön\nneu & gut"
    assert table.frame["n"].tolist() == [3, 3.5]
    assert (table.used.sheet, table.source_rows.tolist()) == ("Blatt 1", [3, 4])
