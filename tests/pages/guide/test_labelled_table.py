"""The table of labels says where each label comes from."""

from core.tasks.annotate import record_labels
from tests.support.page_helpers import GUIDE


def tables(app):
    return [part.value for part in app.dataframe if "given_by" in part.value.columns]


def test_the_table_shows_source_and_review(app, store, labelled):
    record_labels(store, labelled, {20: "angry"}, "small")
    app.run()
    app.switch_page(GUIDE).run()
    assert not app.exception and not tables(app)  # Streamlit keeps each one that it ever drew
    app.toggle(key="guide_labelled_shown").set_value(True).run()
    assert not app.exception
    (table,) = tables(app)
    newest = table.iloc[0]
    assert newest["source"].startswith("model") and not newest["reviewed"]
    assert set(table["source"].iloc[1:]) == {"deck"}
