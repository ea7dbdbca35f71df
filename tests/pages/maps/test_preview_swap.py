"""The full map takes the place of a quick preview while the maps page shows it."""

from core.encoders import PREVIEW_ENCODER
from core.tasks import TASKS
from pages.common import cache
from tests.support.page_helpers import MAPS, words


def test_the_search_stays_while_the_full_map_takes_over(app, store, corpus):
    store.add_corpus(corpus)
    TASKS["look"](store, lambda *progress: None, corpus_key=corpus.key, encoder=PREVIEW_ENCODER)
    app.run()
    app.switch_page(MAPS).run()
    app.text_input(key="maps_search").set_value("parcel").run()
    found = [line for line in words(app).splitlines() if "found" in line]
    assert found and "quick preview" in words(app)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    app.run()
    assert not app.exception and not store.corpora()[0].is_preview
    assert app.text_input(key="maps_search").value == "parcel"
    assert [line for line in words(app).splitlines() if "found" in line] == found
    assert "[quick preview]" not in words(app)
