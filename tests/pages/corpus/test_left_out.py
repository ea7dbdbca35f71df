"""Copies and non-answers on the corpus page: offered, left out, reported, and stored beside the map."""

import io

import numpy as np
import pandas as pd
import pytest

from core.storage import Store, load_space
from tests.support.hotel import PLACES
from tests.support.page_helpers import CORPUS, csv, upload, words

ANSWERS = [f"The {place} was {how} today" for place in PLACES for how in ("good", "bad", "cold")]
COPIES, ASIDE = "corpus_leave_out_copies", "corpus_set_aside"


def survey(*more):
    texts = [*["N/A"] * 60, *ANSWERS, *["No comment"] * 30, *["-"] * 20, *more]
    return pd.DataFrame({"text": texts, "stars": range(len(texts))})


@pytest.fixture
def full(app, home):
    """A survey that is mostly non-answers."""
    return upload(app, "survey.csv", csv(survey()))


def only_corpus(home):
    (entry,) = Store(home).corpora()
    return Store(home).load_corpus(entry.key)


def test_what_would_be_most_of_the_map_is_set_aside_and_told(full, home):
    assert full.multiselect(key=ASIDE).value == ["N/A", "No comment", "-"]
    assert full.checkbox(key=COPIES).value is False
    said = words(full)
    assert "60 times" in said and "**36** texts on the map" in said and "**110** texts" in said
    assert full.button(key="corpus_encode").label == "Show the map of 36 texts"
    full.button(key="corpus_encode").click().run()
    assert not full.exception and not full.error
    corpus = only_corpus(home)
    assert corpus.texts.tolist() == ANSWERS and len(corpus.left_out) == 110
    full.button(key="corpus_back").click().run()
    assert "36 texts and 110 copies or non-answers" in words(full)


def test_each_non_answer_can_be_had_back(full):
    full.multiselect(key=ASIDE).set_value(["N/A", "No comment"]).run()
    assert full.button(key="corpus_encode").label == "Show the map of 56 texts"
    full.checkbox(key=COPIES).check().run()
    assert full.button(key="corpus_encode").label == "Show the map of 37 texts"
    full.checkbox(key=COPIES).uncheck()
    full.multiselect(key=ASIDE).set_value([]).run()
    assert full.button(key="corpus_encode").label == "Show the map of 146 texts"
    assert "kept beside" not in words(full)


def test_the_choice_stays_when_the_page_is_left(full):
    full.multiselect(key=ASIDE).set_value(["N/A"]).run()
    full.switch_page("pages/guide/page.py").run()
    full.switch_page(CORPUS).run()
    assert full.multiselect(key=ASIDE).value == ["N/A"]


def test_another_column_starts_with_its_own_suggestions(app, home):
    frame = survey().assign(other=[f"Another answer, number {n}" for n in range(146)])
    frame.loc[0, "other"] = "n/a"
    upload(app, "survey.csv", csv(frame))
    app.selectbox(key="corpus_text_column").set_value("text").run()
    assert len(app.multiselect(key=ASIDE).value) == 3
    app.selectbox(key="corpus_text_column").set_value("other").run()
    assert app.multiselect(key=ASIDE).value == []
    assert app.button(key="corpus_encode").label == "Show the map of 146 texts"


def test_few_copies_are_offered_and_stay(app, home):
    upload(app, "x.csv", csv(pd.DataFrame({"text": [*ANSWERS, *ANSWERS[:3]]})))
    assert app.checkbox(key=COPIES).value is False
    assert app.button(key="corpus_encode").label == "Show the map of 39 texts"
    app.checkbox(key=COPIES).check().run()
    assert app.button(key="corpus_encode").label == "Show the map of 36 texts"
    assert "**3** copies" in words(app)


def test_texts_without_copies_get_no_offer(app, home):
    upload(app, "x.csv", csv(pd.DataFrame({"text": ANSWERS})))
    assert not app.checkbox and not app.multiselect


def test_one_copy_is_one(app, home):
    upload(app, "x.csv", csv(pd.DataFrame({"text": [*ANSWERS, ANSWERS[0]]})))
    app.checkbox(key=COPIES).check().run()
    app.button(key="corpus_encode").click().run()
    app.button(key="corpus_back").click().run()
    assert not app.exception and "36 texts and 1 copy or non-answer beside" in words(app)


def test_leaving_out_too_many_is_one_sentence_and_can_be_undone(app, home):
    upload(app, "x.csv", csv(pd.DataFrame({"text": ["N/A", "-", "none", "good", "bad"]})))
    app.multiselect(key=ASIDE).set_value(["N/A", "-", "none"]).run()
    assert not app.exception and len(app.error) == 1
    app.multiselect(key=ASIDE).set_value(["N/A"]).run()
    assert not app.error and app.button(key="corpus_encode").label == "Show the map of 4 texts"


def test_the_report_says_the_languages(app, home):
    german = [f"Die {what} war heute leider viel zu kalt" for what in ("Küche", "Dusche", "Suppe", "Sauna")]
    upload(app, "x.csv", csv(pd.DataFrame({"text": [*ANSWERS, *german]})))
    said = words(app)
    assert "English" in said and "German" in said


def test_vectors_of_all_texts_of_the_file_fit_those_on_the_map(full, home):
    vectors = np.random.default_rng(0).standard_normal((146, 6)).astype(np.float32)
    file = io.BytesIO()
    np.save(file, vectors)
    full.segmented_control(key="corpus_way").set_value("file").run()
    full.file_uploader(key="corpus_ready").upload("v.npy", file.getvalue()).run()
    full.button(key="corpus_encode").click().run()
    assert not full.exception and not full.error
    (entry,) = Store(home).corpora()
    kept = load_space(Store(home).results(entry.key), entry.embedding_key).vectors
    expected = vectors[60:96] / np.linalg.norm(vectors[60:96], axis=1, keepdims=True)
    np.testing.assert_allclose(kept, expected, atol=1e-5)
