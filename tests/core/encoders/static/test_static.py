"""Static encoders: distilled once from another encoder, then one vector a token."""

import numpy as np
import pytest

from core.encoders import (
    DEFAULT_ENCODER,
    PREVIEW_ENCODER,
    EncoderSpec,
    describe_encoder,
    load_encoder,
    make_encoder,
    preview_prompt,
    title_of,
)
from core.encoders.sentence_transformer import SentenceEncoder
from core.errors import Cancelled, EncoderUnavailable
from tests.support.tiny_models import save_instructor

pytestmark = pytest.mark.model

TEXTS = ["the tram was late", "a friendly driver", "late was the tram", "my parcel never came again"]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def name(tiny_model):
    return f"static:{tiny_model}"


def test_texts_of_the_same_words_have_one_unit_vector(name):
    encoder = load_encoder(name)
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32 and vectors.shape == (4, encoder.n_dims)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[0], vectors[2], atol=1e-5)  # the order of words does not count
    assert vectors[0] @ vectors[1] < 0.99


def test_a_text_without_a_known_token_has_length_0_and_no_nan(name):
    vectors = load_encoder(name).encode(["", "zebra quux", "☃☃☃", "   ", "tram zebra", "tram"])
    assert np.isfinite(vectors).all()
    assert (vectors[:4] == 0).all()
    np.testing.assert_allclose(vectors[4], vectors[5])  # the unknown word does not count


def test_no_text_gives_no_vector(name):
    assert load_encoder(name).encode([]).shape[0] == 0


def test_a_token_is_encoded_as_a_text_of_its_own(name, tiny_model):
    """Without the reduction to principal components, nothing but a rotation and weights differ."""
    encoder, source = load_encoder(name), load_encoder(str(tiny_model))
    words = ["tram", "driver", "parcel", "friendly", "late", "came"]
    tokens = source._model.tokenizer(words)["input_ids"]
    whole = source.encode_ids(np.array(tokens))
    by_hand = source._model.encode(words)
    np.testing.assert_allclose(whole / np.linalg.norm(whole, axis=1, keepdims=True), by_hand, atol=2e-2)
    assert encoder.n_dims <= source.n_dims


def test_it_is_distilled_once_with_progress(name, monkeypatch, own_home):
    calls = []
    make_encoder(name, lambda done, total: calls.append((done, total)))
    assert calls and calls[0][0] == 0
    assert len(list((own_home / "static").iterdir())) == 1
    monkeypatch.setattr(SentenceEncoder, "encode_ids", None)  # distilling again would fail
    make_encoder(name)
    assert load_encoder(name).key == load_encoder(name).key


def test_cancel_leaves_nothing_behind(name, own_home):
    def cancel(done, total):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        make_encoder(name, cancel)
    assert not (own_home / "static").exists()
    load_encoder(name)


def test_a_damaged_table_is_made_again(name, own_home):
    make_encoder(name)
    [table] = (own_home / "static").iterdir()
    table.write_bytes(b"half of it")
    assert np.isfinite(load_encoder(name).encode(TEXTS)).all()


def test_other_families_of_tokenisers_work_too(tmp_path):
    vectors = load_encoder(f"static:{save_instructor(tmp_path)}").encode(TEXTS)
    assert np.isfinite(vectors).all() and (np.linalg.norm(vectors, axis=1) > 0.99).all()


def test_the_key_tells_from_which_encoder(name, tmp_path):
    other = f"static:{save_instructor(tmp_path)}"
    assert load_encoder(name).key != load_encoder(other).key


def test_it_follows_no_instruction(name):
    encoder = load_encoder(name)
    assert preview_prompt(name, None) == "{input}" and encoder.prompt_for(None) == ""
    for refused in (encoder.key_for, lambda wanted: preview_prompt(name, wanted)):
        with pytest.raises(EncoderUnavailable):
            refused("by feeling")


def test_the_catalogue_tells_it_from_the_encoder_it_is_made_of():
    quick, whole = describe_encoder(PREVIEW_ENCODER), describe_encoder(DEFAULT_ENCODER)
    assert quick.description != whole.description and quick.on_this_machine
    assert (quick.n_dims, quick.takes_template, quick.gives_views) == (256, False, False)
    assert title_of(PREVIEW_ENCODER) == quick.title != whole.title
    assert EncoderSpec.parse(PREVIEW_ENCODER).source == DEFAULT_ENCODER
