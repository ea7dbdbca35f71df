"""The check sample on the evidence page: the way to the deck, the estimates, the values of a column."""

import pytest

from pages.common import cache
from tests.support.page_helpers import EVIDENCE, EXPORT, follow, keys, open_fitted, words


def answer(store, analysis, corpus, n, *, none=0, skip=0):
    """Answer n texts with their feeling; of these `none` as none of the labels, and skip some more."""
    rows = store.check_labels.read(analysis).next_rows(store.labels.read(analysis), n=n + skip)
    feelings = corpus.metadata["feeling"].tolist()
    for at, row in enumerate(rows):
        if at < none:
            store.check_labels.give(analysis, row, None, "ada", none=True)
        else:
            store.check_labels.give(analysis, row, feelings[row] if at < n else None, "ada")


@pytest.fixture
def evidence(app, store, labelled):
    return open_fitted(app, store, labelled, EVIDENCE)


def table(app, first):
    """The table whose first column has this name; None where there is none."""
    return next((frame.value for frame in app.dataframe if frame.value.columns[0] == first), None)


def test_before_it_is_begun_the_page_says_why_and_leads_to_the_deck(evidence):
    assert "not a random sample" in words(evidence) and table(evidence, "Label") is None
    evidence.button(key="evidence_to_check").click().run()
    follow(evidence)
    assert evidence.selectbox(key="guide_mode").value == "Check sample"
    assert not evidence.exception


def test_below_thirty_it_says_how_many_are_missing(evidence, store, corpus, labelled):
    answer(store, labelled, corpus, 12, skip=2)
    evidence.run()
    assert not evidence.exception
    assert table(evidence, "Label") is None
    assert "evidence_to_check" in keys(evidence)


def test_from_thirty_it_shows_accuracy_and_shares(evidence, store, corpus, labelled):
    answer(store, labelled, corpus, 30, none=2, skip=1)
    evidence.run()
    assert not evidence.exception
    shares = table(evidence, "Label")
    assert list(shares["Label"])[-1] == "none of these" and set(shares["Label"][:2]) == {"angry", "pleased"}
    assert shares["Share"].sum() == pytest.approx(100)
    assert (shares["From"] <= shares["Share"]).all() and (shares["Share"] <= shares["To"]).all()
    said = words(evidence)
    assert "95 % confidence" in said and "30 texts answered" in said and "1 skipped" in said
    assert "2 of them" in said and "12 of 60 texts" in said and "would halve it" in said


def test_estimates_follow_a_new_fit(evidence, store, corpus, labelled):
    answer(store, labelled, corpus, 30)
    evidence.run()
    before = table(evidence, "Label")["Predicted"].tolist()
    store.labels.give(labelled, {row: "angry" for row in range(12)}, "ada")
    cache.runner().submit("fit", "x", analysis_id=labelled)
    evidence.run()
    assert not evidence.exception
    after = table(evidence, "Label")
    assert after["Predicted"].tolist() != before
    assert store.check_labels.read(labelled).n_checked == 30


def test_names_changed_since_the_fit_are_said(evidence, store, corpus, labelled):
    answer(store, labelled, corpus, 30)
    store.label_names.rename(labelled, "angry", "cross")
    evidence.run()
    assert "Label names changed since" not in words(evidence)
    assert "cross" in set(table(evidence, "Label")["Label"])
    store.label_names.add(labelled, "worried")
    evidence.run()
    assert not evidence.exception and "Label names changed since" in words(evidence)
    assert "worried" in set(table(evidence, "Label")["Label"])


def test_shares_by_the_values_of_a_column(evidence, store, corpus, labelled):
    answer(store, labelled, corpus, 48)
    evidence.run()
    column = evidence.selectbox(key="evidence_check_column")
    assert {"topic", "feeling"} <= set(column.options)
    column.set_value("topic").run()
    accuracy = table(evidence, "topic")
    assert set(accuracy["topic"]) == {"delivery", "billing", "recipes"} and accuracy["Answered"].sum() == 48
    evidence.selectbox(key="evidence_check_column").set_value("feeling").run()
    evidence.selectbox(key="evidence_check_measure").set_value(0).run()  # the share of "angry"
    assert not evidence.exception
    by_feeling = table(evidence, "feeling").set_index("feeling")["Share"]
    assert by_feeling["angry"] == pytest.approx(100) and by_feeling["pleased"] == pytest.approx(0)


def test_values_with_too_few_answers_are_named(evidence, store, corpus, labelled):
    answer(store, labelled, corpus, 30)
    groups = corpus.metadata["topic"][store.check_labels.read(labelled).rows].value_counts()
    few = groups[groups < 10].index.tolist()
    evidence.run()
    evidence.selectbox(key="evidence_check_column").set_value("topic").run()
    assert not evidence.exception
    assert few and all(f"*{name}*" in words(evidence) for name in few)


def test_a_fit_from_names_only_can_be_checked(app, store, corpus, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    answer(store, analysis, corpus, 30)
    open_fitted(app, store, analysis, EVIDENCE)
    said = words(app)
    assert "predicted labels are right" in said and "check sample below" in said
    assert "not checked" not in said.split("Check sample")[0] and "can check" not in said
    app.switch_page(EXPORT).run()
    said = words(app)
    assert not app.exception and "From names only" in said
    assert "hecked the predictions" not in said and "Not checked" not in said


def test_nothing_is_estimated_where_every_text_is_labelled(evidence, store, corpus, labelled):
    store.labels.give(labelled, dict(enumerate(corpus.metadata["feeling"].tolist())), "ada")
    evidence.run()
    assert not evidence.exception
    assert table(evidence, "Label")["Share"].sum() == pytest.approx(100)
    said = words(evidence)
    assert "of the predicted labels are right" not in said and "0 texts answered" not in said
