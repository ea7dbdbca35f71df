"""Makes workbooks of each format."""

import datetime
import io
import struct
import zipfile
from xml.sax.saxutils import escape, quoteattr

import xlwt
from openpyxl import Workbook

ROWS = [
    ("text", "stars", "when", "paid"),
    ("the tram was late", 3, datetime.datetime(2024, 3, 1), True),
    ("a friendly driver", 5, datetime.datetime(2024, 3, 14), False),
    ("no seat & no air", 1, datetime.datetime(2024, 4, 2), True),
]


def bytes_of(workbook):
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def xlsx(*sheets, hidden=(), change=None):
    """A workbook of sheets of rows; `change` may edit the list of openpyxl's sheets."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(sheets):
        sheet = workbook.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append(row)
        if number in hidden:
            sheet.sheet_state = "hidden"
    if change is not None:
        change(workbook.worksheets)
    return bytes_of(workbook)


def edited(content, edit):
    """An archive whose parts are changed by `edit(name, bytes)`."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
    return file.getvalue()


def xls(*sheets, hidden=()):
    workbook = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, rows in enumerate(sheets):
        sheet = workbook.add_sheet(f"sheet {number}")
        sheet.visibility = int(number in hidden)
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, datetime.datetime):
                    sheet.write(i, j, value, day)
                elif value is not None:
                    sheet.write(i, j, value)
    return bytes_of(workbook)


def ods(*sheets, hidden=(), empty_rows=0):
    """A workbook as LibreOffice writes it: repeated empty cells and rows at the end."""
    names = "".join(
        f'<style:style style:name="ta{n}" style:family="table"><style:table-properties '
        f'table:display="{"false" if n in hidden else "true"}"/></style:style>'
        for n in range(len(sheets))
    )
    tables = ""
    for number, rows in enumerate(sheets):
        lines = "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row))}"
            '<table:table-cell table:number-columns-repeated="1020"/></table:table-row>'
            for row in rows
        )
        tables += (
            f'<table:table table:name="sheet {number}" table:style-name="ta{number}">{lines}'
            '<table:table-row table:number-rows-repeated="1048000">'
            '<table:table-cell table:number-columns-repeated="1024"/></table:table-row></table:table>'
        )
    spaces = "".join(
        f' xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"'
        for key in ("office", "table", "text", "style")
    )
    content = (
        f"<?xml version='1.0' encoding='UTF-8'?><office:document-content{spaces} office:version='1.2'>"
        f"<office:automatic-styles>{names}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        "<?xml version='1.0' encoding='UTF-8'?><manifest:manifest "
        "xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'><manifest:file-entry "
        f"manifest:full-path='/' manifest:media-type='{kind}'/></manifest:manifest>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


def _ods_cell(value):
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind = f'"boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind = f'"float" office:value="{value}"'
    elif isinstance(value, datetime.datetime):
        kind = f'"date" office:date-value="{value:%Y-%m-%d}"'
    else:
        kind = '"string"'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f"<table:table-cell office:value-type={kind}>{lines}</table:table-cell>"


def xlsb(*sheets):
    """A binary workbook of texts, numbers and truth values: the records that a reader needs."""
    bundle, parts = b"", {}
    for number, rows in enumerate(sheets, start=1):
        bundle += _record(
            156, struct.pack("<II", 0, number) + _wide(f"rId{number}") + _wide(f"sheet {number - 1}")
        )
        data = b""
        for i, row in enumerate(rows):
            data += _record(0, struct.pack("<II", i, 0) + bytes(9))
            for j, value in enumerate(row):
                head = struct.pack("<II", j, 0)
                if isinstance(value, bool):
                    data += _record(4, head + bytes([value]))
                elif isinstance(value, int | float):
                    data += _record(5, head + struct.pack("<d", value))
                elif value is not None:
                    data += _record(6, head + _wide(value))
        size = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, max(map(len, rows), default=1) - 1)
        parts[f"xl/worksheets/sheet{number}.bin"] = (
            _record(129) + _record(148, size) + _record(145) + data + _record(146) + _record(130)
        )
    main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="rId{n}" Type={quoteattr(main + "/worksheet")} Target="worksheets/sheet{n}.bin"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts["xl/workbook.bin"] = _record(131) + _record(143) + bundle + _record(144) + _record(132)
    parts["xl/_rels/workbook.bin.rels"] = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{relations}</Relationships>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def _wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind, data=b""):
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(data)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return head + size + data
