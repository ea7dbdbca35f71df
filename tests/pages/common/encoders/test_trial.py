"""Trial of an encoder on a few texts."""

import pytest

from core.encoders import DEFAULT_ENCODER
from core.errors import EncoderUnavailable
from core.storage import Store
from core.tasks import model_cache
from tests.conftest import SpeakingEncoder, make_frame
from tests.support.encoder_chooser import causal as causal  # the fixture
from tests.support.encoder_chooser import choose
from tests.support.encoder_chooser import chooser as chooser  # the fixture
from tests.support.page_helpers import upload, words

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def speaking(home, monkeypatch):
    monkeypatch.setattr(model_cache, "load_encoder", lambda name, *, template=None: SpeakingEncoder())


def test_sixteen_texts_tell_what_all_would_take(chooser, prepared, causal):
    app = chooser(corpus_key=prepared, start=f"inbedder:{causal}", instruction="van courier")
    assert "for 2 texts" not in words(app)  # no time is said that was not measured here
    assert app.button(key="x_try").label == "Try it on 16 texts"
    app.button(key="x_try").click().run()
    assert not app.exception and not app.error
    said = words(app)
    assert "for 2 texts here :small[(timed on 16)]" in said
    assert "→ **" in said
    app.selectbox(key="x_output").set_value("avg_ppt").run()  # not tried yet
    assert app.button(key="x_try").label == "Try it on 16 texts" and "timed on" not in words(app)


def test_what_cannot_be_read_is_not_tried(chooser, prepared):
    app = chooser(corpus_key=prepared, start=DEFAULT_ENCODER)
    assert "x_try" not in [button.key for button in app.button]


def test_a_model_that_fails_says_why(chooser, prepared, causal, monkeypatch):
    def fail(name, *, template=None):
        raise EncoderUnavailable("It brings code of its own, which Refract does not run.")

    monkeypatch.setattr(model_cache, "load_encoder", fail)
    app = chooser(corpus_key=prepared, start=f"inbedder:{causal}")
    app.button(key="x_try").click().run()
    assert "code of its own" in app.error[0].value and app.button(key="x_try")


def test_before_a_trial_it_says_what_is_sent(chooser, prepared):
    app = chooser(corpus_key=prepared, start="endpoint:https://texts.example/v1#e5-large-instruct")
    assert app.button(key="x_try").label == "Try it: send 16 texts to texts\\.example"


def test_a_corpus_is_stored_before_an_encoder_is_tried_on_it(app, home, causal):
    upload(app, "letters.csv", make_frame(30).to_csv(index=False).encode())
    choose(app, "corpus_encoder", "all-mpnet-base-v2")
    app.button(key="corpus_try").click().run()
    assert not app.exception and not app.error
    assert "for 30 texts here" in words(app)
    (entry,) = Store(home).corpora()
    assert entry.embedding_key is None
    assert app.button(key="corpus_encode").label == "Show the map of 30 texts"
