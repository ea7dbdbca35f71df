"""An encoder that cannot read the texts is told before it encodes them, and its maps are marked."""

import pandas as pd
import pytest

from core.encoders import MULTILINGUAL
from core.maps import DistinctVectors
from core.storage import save_distinct_vectors
from tests.support.encoder_chooser import choose
from tests.support.page_helpers import MAPS, csv, open_fitted, upload, words
from tests.support.page_helpers import quick as quick  # the fixture

pytestmark = pytest.mark.model

CHINESE = [what + how for what in ("快递", "面包", "客服") for how in ("晚了", "很贵", "崩溃", "很慢")]
EMOJI = ["❤🔥", "😀", "🔥", "💶💶", "👍"]
GERMAN = [f"Die {what} war heute leider viel zu kalt" for what in ("Küche", "Dusche", "Suppe", "Sauna")]
ENGLISH = [f"The {what} was much too cold today" for what in ("kitchen", "shower", "soup", "sauna", "bar")]


def warnings(app, texts):
    upload(app, "x.csv", csv(pd.DataFrame({"text": texts})))
    assert not app.exception and not app.button(key="corpus_encode").disabled
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("texts", [CHINESE, EMOJI])
def test_signs_that_the_encoder_does_not_know(app, home, texts):
    (warning,) = warnings(app, texts)
    assert f"{len(texts)} different texts" in warning and MULTILINGUAL[0] in warning
    choose(app, "corpus_encoder", MULTILINGUAL[0])  # not on this machine: nothing is claimed of it
    assert not app.warning


def test_a_language_that_the_encoder_was_not_trained_on(app, home):
    (warning,) = warnings(app, GERMAN)
    assert "German" in warning and MULTILINGUAL[0] in warning


def test_texts_that_it_reads(app, home):
    assert warnings(app, ENGLISH) == []


def lose(store, corpus_key, key):
    """As if the encoder had given one vector to many texts."""
    save_distinct_vectors(store.results(corpus_key), key, DistinctVectors(60, 7))


def test_both_maps_of_such_an_encoder_are_marked_doubtful(app, store, prepared, labelled):
    open_fitted(app, store, labelled, MAPS, measured=True)
    assert "60 different texts" not in words(app) and ":orange-badge[Doubtful]" not in words(app)
    lose(store, prepared, store.corpus_entry(prepared).embedding_key)
    app.run()
    said = words(app)
    assert not app.exception and said.count("60 different texts have only 7 different vectors") == 1
    assert ":orange-badge[Doubtful]" in said


def test_the_corpus_page_says_so_after_encoding(app, home, store):
    upload(app, "x.csv", csv(pd.DataFrame({"text": ENGLISH * 2 + CHINESE})))
    app.button(key="corpus_encode").click().run()
    assert "The map is ready" in words(app)
    (entry,) = store.corpora()
    lose(store, entry.key, entry.embedding_key)
    app.run()
    assert any("7 different vectors" in warning.value for warning in app.warning)
