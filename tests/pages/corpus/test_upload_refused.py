"""A file that cannot be read is refused in words, on the page."""

import gzip
import io
import zipfile

import pytest
import streamlit as st

from tests.support.page_helpers import CORPUS, keys


def zipped(name="survey.csv"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "text\nThe parcel came late.\n")
    return file.getvalue()


REFUSED = {
    "survey.zip": zipped(),
    "survey.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "survey.docx": zipped("word/document.xml"),
    "photo.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "letters.pages": zipped("Index/Document.iwa"),
    "notes.rtf": b"{\\rtf1\\ansi The parcel came late.}",
    "survey.sav": b"$FL2@(#) IBM SPSS STATISTICS",
    "program.exe": b"MZ\x90\0\x03",
    "empty.csv": b"",
    "blank.csv": b"\n \n",
    "names only.csv": b"text,stars\n",
    "zip named.csv": zipped(),
    "broken.xlsx": b"PK\x03\x04 and no more",
    "broken.csv.gz": gzip.compress(b"text\nlate\n")[:-8],
}


@pytest.fixture
def upload(app):
    app.run()
    app.switch_page(CORPUS).run()
    return lambda name, content: app.file_uploader(key="corpus_upload").upload(name, content, "").run()


def errors(app):
    """What the page says is wrong, without the backslashes of Markdown."""
    return [error.value.replace("\\", "") for error in app.error]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_and_what_to_do_is_said_on_the_page(app, upload, name):
    upload(name, REFUSED[name])
    assert not app.exception
    (said,) = errors(app)
    assert name in said and ": " in said and "/" not in said  # a reason, and no MIME type
    assert "corpus_encode" not in keys(app)


def test_a_file_over_the_limit_is_refused_in_words(app, upload, monkeypatch):
    known = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: 1 if name == "server.maxUploadSize" else known(name))
    app.run()
    upload("large.csv", b"text\n" + b"The parcel came late.\n" * 60_000)
    (said,) = errors(app)
    assert "large.csv" in said and "1 MB" in said


def test_after_a_refused_file_another_is_read(app, upload):
    upload("survey.zip", REFUSED["survey.zip"])
    upload("x.csv", b"text\nThe parcel came late.\nLovely bread.\nNobody called me back.\n")
    assert not app.error
    assert "corpus_encode" in keys(app)
