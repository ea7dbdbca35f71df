"""Cells of OpenDocument workbooks that have no value."""

from core.corpus.tables import read_table
from tests.core.corpus.tables.spreadsheets.workbooks import edited, ods

CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
ERROR = (
    '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
)
SPACE = "xmlns:calcext='urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0' xmlns:office"


def test_errors_and_formulas_without_results_are_counted():
    def edit(name, part):
        if name != "content.xml":
            return part
        text = part.decode().replace("xmlns:office", SPACE, 1)
        text = text.replace(CELL.format("ERROR"), ERROR)
        return text.replace(CELL.format("SUM"), '<table:table-cell table:formula="of:=[.A1]"/>').encode()

    rows = [("text", "n"), ("late again", "ERROR"), ("fine", "SUM"), ("line one\nline two", 3)]
    table = read_table("x.ods", edited(ods(rows), edit))
    assert table.frame["n"].isna().tolist() == [True, True, False]
    assert table.frame["text"][2] == "line one\nline two"
    assert any("error" in note and ": 1" in note for note in table.notes)
    assert any("Formulas" in note and ": 1;" in note for note in table.notes)
