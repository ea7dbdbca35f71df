"""How an uploaded file was read, and how a person changes it."""

import io
import json

import openpyxl
import pytest

from tests.support.page_helpers import CORPUS, MAPS, preview, upload, words

REPORT = (
    "Survey of March\n"
    + "comment;stars\n"
    + "".join(f"It was visit number {i}, fine;{i % 5}\n" for i in range(20))
)


def choose(app, name, value):
    return app.selectbox(key=f"corpus_read_{name}").set_value(value).run()


def columns(app):
    return app.selectbox(key="corpus_text_column").options


def test_what_was_found_is_shown(app):
    upload(app, "report.csv", REPORT.encode())
    assert columns(app) == ["comment", "stars"]
    assert app.selectbox(key="corpus_read_delimiter").value == ";"
    assert app.selectbox(key="corpus_read_header_row").value == 2


def test_column_names_below_the_rows_to_choose_from(app):
    titles = "".join(f"# note {number}\n" for number in range(20))
    upload(app, "report.csv", (titles + REPORT.split("\n", 1)[1]).encode())
    assert not app.exception and columns(app) == ["comment", "stars"]
    assert app.selectbox(key="corpus_read_header_row").value == 21
    assert app.selectbox(key="corpus_read_header_row").options[-1] == "Row 21"


def test_another_header_row_reads_the_file_again(app):
    upload(app, "report.csv", REPORT.encode())
    choose(app, "header_row", 0)
    assert not app.exception and columns(app) == ["column 1", "column 2"]
    choose(app, "header_row", 2)
    assert columns(app) == ["comment", "stars"]


def test_a_choice_that_cannot_be_read_says_so_and_can_be_changed_back(app):
    upload(app, "report.csv", REPORT.encode())
    choose(app, "delimiter", "")
    assert not app.exception
    choose(app, "delimiter", ";")
    assert not app.error and columns(app) == ["comment", "stars"]


def test_another_encoding_shows_other_letters(app):
    german = "text,n\n" + "".join(f"Größe {i} paßt überhaupt nicht schön,{i}\n" for i in range(20))
    upload(app, "german.csv", german.encode("cp1252"))
    assert "Größe" in preview(app)
    assert app.selectbox(key="corpus_read_encoding").value == "cp1252"
    choose(app, "encoding", "cp1253")
    assert not app.exception and "Größe" not in preview(app)


def test_choices_are_offered_only_while_the_file_is_there_to_be_read_again(app):
    upload(app, "report.csv", REPORT.encode())
    choose(app, "header_row", 0)
    app.switch_page(MAPS).run()
    app.switch_page(CORPUS).run()
    assert not app.exception and columns(app) == ["column 1", "column 2"]  # as it was read
    assert not [box for box in app.selectbox if box.key.startswith("corpus_read_")]


def test_a_new_file_forgets_the_choices(app):
    upload(app, "report.csv", REPORT.encode())
    choose(app, "header_row", 0)
    upload(app, "other.csv", REPORT.replace("comment", "remark").encode())
    assert columns(app) == ["remark", "stars"]


@pytest.fixture
def workbook():
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Cover"
    book.active["B2"] = "Survey of March"
    for title, word in (("Shop", "shop"), ("App", "app")):
        sheet = book.create_sheet(title)
        sheet.append(["comment", "stars"])
        for i in range(10):
            sheet.append([f"The {word} was fine on visit {i}", i])
    book.save(file)
    return file.getvalue()


def test_another_sheet_can_be_chosen(app, workbook):
    upload(app, "book.xlsx", workbook)
    assert app.selectbox(key="corpus_read_sheet").value == "Shop"
    choose(app, "sheet", "App")
    assert not app.exception and "The app was fine" in preview(app)
    assert "comment" in words(app) or columns(app) == ["comment", "stars"]
    choose(app, "header_row", 3)
    assert columns(app) != ["comment", "stars"]
    choose(app, "sheet", "Shop")  # another sheet has its own header
    assert columns(app) == ["comment", "stars"]


def test_another_list_of_a_json_file_can_be_chosen(app):
    document = {
        "reviews": [{"text": f"It was visit number {i}, fine", "stars": i} for i in range(20)],
        "users": [{"name": f"Bo the {i}th", "city": "Bern"} for i in range(5)],
    }
    upload(app, "shop.json", json.dumps(document).encode())
    assert columns(app) == ["text", "stars"] and "reviews" in words(app)
    choose(app, "sheet", "users")
    assert not app.exception and columns(app) == ["name", "city"]


def test_after_an_empty_sheet_another_can_be_chosen(app, workbook):
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    book.create_sheet("Empty")
    file = io.BytesIO()
    book.save(file)
    upload(app, "book.xlsx", file.getvalue())
    choose(app, "sheet", "Empty")
    assert len(app.error) == 1 and app.selectbox(key="corpus_read_sheet").value == "Shop"
    choose(app, "sheet", "App")
    assert not app.error and "The app was fine" in preview(app)
