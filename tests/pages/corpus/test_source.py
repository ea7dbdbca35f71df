"""The corpus page: a path or an address in place of an upload."""

import pytest

from core.storage import Store
from core.tasks.imports import examine, files
from pages.corpus.source import examined, reading
from tests.conftest import make_frame
from tests.support.file_server import FileServer
from tests.support.page_helpers import CORPUS, MAPS, csv, keys, preview, upload, words


@pytest.fixture
def parts(tmp_path):
    folder = tmp_path / "many letters"
    for lang in ("de", "en"):
        (folder / f"lang={lang}").mkdir(parents=True)
        make_frame(30, seed=len(lang)).to_parquet(folder / f"lang={lang}" / "part-0.parquet")
    return folder


def name(app, typed):
    app.run()
    app.switch_page(CORPUS).run()
    app.text_input(key="corpus_path").set_value(str(typed)).run()
    assert not app.exception
    return app


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def label(app, key):
    """Words on a button, as a person reads them."""
    return app.button(key=key).label.replace("\\", "")


def test_a_folder_is_described_before_it_is_read(app, home, parts):
    name(app, parts)
    said = words(app).replace("\\", "")
    assert "2 Parquet files" in said and "**60** rows" in said and "lang=de/part-0.parquet" in said
    assert "first 30 of 60 rows" in said and preview(app)
    assert app.selectbox(key="corpus_found_text").value == "text"
    assert app.button(key="corpus_read").label == "Read 60 rows"
    assert "corpus_encode" not in keys(app)
    press(app, "corpus_read")
    assert app.button(key="corpus_encode").label == "Show the map of 60 texts"
    assert Store(home).corpora() == []
    press(app, "corpus_encode")
    (entry,) = Store(home).corpora()
    assert (entry.name, entry.n_texts, entry.text_column) == ("many letters", 60, "text")
    assert set(Store(home).load_corpus(entry.key).metadata["lang"]) == {"de", "en"}


def test_only_the_chosen_columns_are_kept(app, home, parts):
    name(app, parts)
    app.selectbox(key="corpus_found_text").set_value("feeling").run()
    app.multiselect(key="corpus_found_columns").set_value(["text"]).run()
    press(app, "corpus_read")
    assert set(app.selectbox(key="corpus_text_column").options) == {"feeling", "text", "file"}


@pytest.mark.parametrize("typed", ["/nowhere/at/all.csv", "ftp://host/x.csv", "http://169.254.169.254/x.csv"])
def test_what_cannot_be_read_gets_one_sentence_and_can_be_typed_again(app, home, typed):
    name(app, typed)
    assert len(app.error) == 1 and app.error[0].value.endswith(".")
    assert app.text_input(key="corpus_path").value == typed


def test_a_message_is_about_what_is_typed_now(app, home, tmp_path, server):
    name(app, tmp_path / "none.csv")
    assert len(app.error) == 1
    app.text_input(key="corpus_path").set_value(f"{server.url}/x.csv").run()
    assert not app.error and "corpus_ask" in keys(app)


def test_the_choices_start_afresh_with_another_path(app, home, tmp_path, parts):
    name(app, parts)
    make_frame(30)[["text", "stars"]].to_parquet(tmp_path / "stars.parquet")
    press(app, "corpus_back")
    app.text_input(key="corpus_path").set_value(str(tmp_path / "stars.parquet")).run()
    assert app.multiselect(key="corpus_found_columns").value == ["stars"]


def test_a_path_can_be_looked_at_again(app, home, tmp_path):
    name(app, tmp_path / "letters.csv")
    assert len(app.error) == 1
    make_frame(30).to_csv(tmp_path / "letters.csv", index=False)
    press(app, "corpus_look")
    assert not app.error and "corpus_read" in keys(app)


def test_nothing_is_sent_before_the_button_is_pressed(app, home, server):
    server.files["/letters.csv"] = csv(make_frame(30))
    name(app, f"{server.url}/letters.csv?token=secret")
    assert server.asked == [] and server.host in label(app, "corpus_ask")
    press(app, "corpus_ask")
    assert {method for method, _ in server.asked} == {"HEAD"}
    assert server.host in label(app, "corpus_fetch") and "secret" not in words(app)
    press(app, "corpus_fetch")
    assert "GET" in {method for method, _ in server.asked}
    press(app, "corpus_read")
    assert app.button(key="corpus_encode").label == "Show the map of 30 texts"
    kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert not any(b"secret" in content for content in kept)


def test_a_host_that_was_not_named_is_asked_about(app, home, server):
    other = FileServer()
    other.files["/letters.csv"] = csv(make_frame(30))
    server.files["/letters.csv"] = (302, {"Location": f"{other.url}/letters.csv"}, b"")
    name(app, f"{server.url}/letters.csv")
    press(app, "corpus_ask")
    assert other.asked == [] and other.host in label(app, "corpus_ask_too")
    press(app, "corpus_ask_too")
    press(app, "corpus_fetch")
    assert "corpus_read" in keys(app)
    other.close()


def test_the_way_back_leads_to_the_choice_of_texts(app, home, parts):
    name(app, parts)
    press(app, "corpus_back")
    assert {"try_demo"} <= keys(app) and app.text_input(key="corpus_path").value == ""
    assert not any((home / "imports").iterdir())


@pytest.fixture
def few(monkeypatch):
    """A table of 20 rows is large, and so is any upload."""
    for module in (examine, files, examined):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 20)
    monkeypatch.setattr(reading, "LARGE_FILE", 1)


@pytest.mark.parametrize("way", ["upload", "path"])
def test_a_large_table_is_read_and_examined_by_the_worker(app, home, few, tmp_path, way):
    frame = make_frame(60)
    frame.loc[40:, "text"] = frame.loc[0, "text"]
    if way == "upload":
        upload(app, "letters.csv", csv(frame))
    else:
        frame.to_csv(tmp_path / "letters.csv", index=False)
        name(app, tmp_path / "letters.csv")
        press(app, "corpus_read")
    assert (
        "**60** texts" in words(app) and app.button(key="corpus_encode").label == "Show the map of 40 texts"
    )
    app.checkbox(key="corpus_leave_out_copies").uncheck().run()
    assert app.button(key="corpus_encode").label == "Show the map of 60 texts"
    app.selectbox(key="corpus_text_column").set_value("feeling").run()
    assert "looks like a category" in words(app)
    press(app, "corpus_better_column")
    app.selectbox(key="corpus_read_header_row").set_value(0).run()
    assert "**61** texts" in words(app)
    app.selectbox(key="corpus_read_header_row").set_value(1).run()
    app.pills(key="corpus_label_column").set_value("feeling").run()
    press(app, "corpus_encode")
    (entry,) = Store(home).corpora()
    assert entry.name == "letters.csv" and Store(home).analyses(entry.key)


def test_a_large_upload_that_cannot_be_read_gets_one_sentence(app, home, few):
    upload(app, "broken.csv", b'text,label\n"one,two\nthree,four\n')
    assert not app.exception and len(app.error) == 1


def test_why_files_were_not_read_is_said_once(app, home, tmp_path):
    make_frame(30).to_csv(tmp_path / "a.csv", index=False)
    make_frame(30).rename(columns={"feeling": "mood"}).to_csv(tmp_path / "b.csv", index=False)
    name(app, tmp_path)
    assert "of" not in next(line.value for line in app.markdown if "first" in line.value)  # rows of one file
    press(app, "corpus_read")
    assert len(app.error) == 1
    app.run()
    assert len(app.error) == 1
    app.switch_page(MAPS).run()
    app.run()
    assert len(app.error) == 1  # in the sidebar
