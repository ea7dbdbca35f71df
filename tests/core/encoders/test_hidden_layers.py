"""Views: means over the tokens of middle layers, from the pass that gives the vectors."""

import threading

import numpy as np
import pytest

from core.encoders import (
    DEFAULT_ENCODER,
    describe_encoder,
    encode_like_corpus,
    gives_views,
    load_encoder,
    packaged_folder,
)
from core.encoders.hidden_layers import HiddenLayers, layers_between
from core.encoders.openai_endpoint import EndpointEncoder
from core.errors import Cancelled, EncoderUnavailable
from tests.conftest import WordEncoder
from tests.support.tiny_models import save_causal, save_instructor, save_with_mean

pytestmark = pytest.mark.model

TEXTS = [
    "the tram was late",
    "my parcel never came and again a friendly driver was angry",
    "",
    "glad",
    "the tram was late",
    "the tram " * 40,  # cut
]
PROMPT = "Represent the text for emotion:"


def plain_views(folder, layers, texts, prompt=None, *, include_prompt=True):
    """From `output_hidden_states`, a text at a time in float32: (n_views, n, n_hidden)."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})
    rows = []
    with torch.inference_mode():
        for text in texts:
            features = model.preprocess([text], prompt=prompt)
            tokens = {name: features[name] for name in ("input_ids", "attention_mask")}
            states = model[0].model(**tokens, output_hidden_states=True).hidden_states
            first = 0 if include_prompt else int(features["prompt_length"])
            rows.append([states[layer][0, first:].mean(dim=0).numpy() for layer in layers])
    return np.array(rows).transpose(1, 0, 2)


def error_of(found, expected):
    """The largest error of a text's view, relative to its length."""
    difference = np.linalg.norm(found.astype(np.float32) - expected, axis=2)
    return (difference / np.linalg.norm(expected, axis=2)).max()


def test_the_layers_lie_at_half_and_two_thirds_of_the_depth():
    assert layers_between(6) == (3, 4)
    assert [layers_between(depth) for depth in (0, 1, 2, 3, 4, 12, 24, 48)] == [
        (),
        (),
        (1,),
        (1, 2),
        (2, 3),
        (6, 8),
        (12, 16),
        (24, 32),
    ]
    for depth in range(2, 49):
        layers = layers_between(depth)
        assert 0 < min(layers) <= max(layers) < depth and list(layers) == sorted(set(layers))
        assert abs(layers[0] - depth / 2) <= 0.5 and abs(layers[-1] - depth * 2 / 3) <= 0.5


ARCHITECTURES = ["Bert", "MPNet", "DistilBert", "T5", "ModernBert", "Albert", "GPT2", "Qwen3"]


@pytest.mark.usefixtures("bfloat16_offered")
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_views_are_those_of_a_plain_pass_and_the_vectors_are_unchanged(architecture, tmp_path):
    folder = save_with_mean(tmp_path, architecture)
    assert describe_encoder(str(folder)).gives_views
    expected = plain_views(folder, (3, 4), TEXTS)
    exact = load_encoder(str(folder))
    for encoder, most in ((exact.in_format(exact.other_formats[0]), 0.03), (exact, 0.001)):
        assert gives_views(encoder) and encoder.view_layers == (3, 4)
        vectors, views = encoder.encode_with_views(TEXTS)
        assert views.shape == (2, len(TEXTS), 32) and views.dtype == np.float16
        assert error_of(views, expected) < most
        assert vectors.dtype == np.float32 and vectors.tobytes() == encoder.encode(TEXTS).tobytes()
        np.testing.assert_array_equal(views[:, 0], views[:, 4])


def test_the_packaged_encoder_gives_layers_3_and_4(monkeypatch):
    encoder = load_encoder(DEFAULT_ENCODER)
    assert encoder.view_layers == (3, 4)
    texts = [*TEXTS, "🙂 中文", *(f"text {n} " * (n % 23) for n in range(60))]
    monkeypatch.setattr(encoder, "_batch_tokens", 500)
    vectors, views = encoder.encode_with_views(texts)
    assert error_of(views, plain_views(packaged_folder(), (3, 4), texts)) < 0.02
    assert vectors.tobytes() == encoder.encode(texts).tobytes()


def test_no_text_has_no_views(tiny):
    vectors, views = tiny.encode_with_views([])
    assert vectors.shape == (0, tiny.n_dims) and views.shape[:2] == (1, 0)


def test_progress_can_cancel_and_the_encoder_goes_on(tiny, monkeypatch):
    monkeypatch.setattr(tiny, "_batch_tokens", 10)

    def cancel(done, total):
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        tiny.encode_with_views(TEXTS, progress=cancel)
    assert tiny.encode(TEXTS).shape == (len(TEXTS), tiny.n_dims)


def test_two_threads_may_encode_at_once(tiny, monkeypatch):
    """A new text is placed while a corpus is encoded."""
    monkeypatch.setattr(tiny, "_batch_tokens", 20)
    expected, found = tiny.encode_with_views(TEXTS), []

    def encode():
        found.extend(tiny.encode_with_views(TEXTS) for _ in range(20))

    other = threading.Thread(target=encode)
    other.start()
    alone = [tiny.encode(TEXTS) for _ in range(20)]
    other.join()
    assert all(vectors.tobytes() == expected[0].tobytes() for vectors in alone)
    assert len(found) == 20
    assert all(
        vectors.tobytes() == expected[0].tobytes() and views.tobytes() == expected[1].tobytes()
        for vectors, views in found
    )


def test_a_prompt_counts_as_the_pooling_of_the_model_treats_it(tmp_path):
    folder = save_instructor(tmp_path).rename(tmp_path / "tiny-instructor")
    encoder, texts = load_encoder(str(folder)), [text.strip() for text in TEXTS]
    vectors, views = encoder.encode_with_views(TEXTS, instruction="emotion")
    assert vectors.tobytes() == encoder.encode(TEXTS, instruction="emotion").tobytes()
    assert error_of(views, plain_views(folder, (1,), texts, PROMPT, include_prompt=False)) < 0.001
    included = plain_views(folder, (1,), texts, PROMPT)
    assert error_of(views, included) > 0.01
    encoder._model.set_pooling_include_prompt(True)
    assert error_of(encoder.encode_with_views(TEXTS, instruction="emotion")[1], included) < 0.001


def test_what_has_no_layers_gives_no_views(tmp_path, server):
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from transformers import PreTrainedTokenizerFast

    one_layer = save_with_mean(tmp_path / "one", "Bert", n_layers=1)
    words = PreTrainedTokenizerFast.from_pretrained(tmp_path / "one" / "bare").backend_tokenizer
    torch.manual_seed(0)
    static = StaticEmbedding(words, embedding_dim=8)
    SentenceTransformer(modules=[static], device="cpu").save(str(tmp_path / "static"))
    for folder in (one_layer, tmp_path / "static"):
        encoder = load_encoder(str(folder))
        assert not gives_views(encoder) and not describe_encoder(str(folder)).gives_views
        vectors, views = encoder.encode_with_views(TEXTS)
        assert vectors.tobytes() == encoder.encode(TEXTS).tobytes() and views.shape[:2] == (0, len(TEXTS))
    assert not gives_views(EndpointEncoder(server.name))
    assert not gives_views(load_encoder(f"inbedder:{save_causal(tmp_path / 'causal')}"))


def test_a_model_whose_layers_cannot_be_read_still_encodes(tmp_path, monkeypatch):
    folder = save_with_mean(tmp_path, "Bert")
    expected = load_encoder(str(folder)).encode(TEXTS)

    def fail(self, states, features):
        raise RuntimeError("an unknown architecture")

    monkeypatch.setattr(HiddenLayers, "_means", fail)
    encoder = load_encoder(str(folder))
    assert not gives_views(encoder)
    assert encoder.encode(TEXTS).tobytes() == expected.tobytes()


def test_numbers_too_large_for_float16_never_pass_unseen(tiny_model):
    import torch

    encoder = load_encoder(str(tiny_model))
    layer = encoder._model.transformers_model.encoder.layer[0].output.LayerNorm
    with torch.inference_mode():
        layer.bias.fill_(1e5)
    assert np.isfinite(encoder.encode(TEXTS)).all()
    with pytest.raises(EncoderUnavailable, match="too large to keep: choose another"):
        encoder.encode_with_views(TEXTS)
    assert not HiddenLayers(encoder._model).layers  # such a layer is not offered in the first place


def test_new_texts_are_encoded_like_a_corpus(tiny):
    vectors, views = encode_like_corpus(tiny, TEXTS)
    expected = tiny.encode_with_views(TEXTS)
    assert vectors.tobytes() == expected[0].tobytes()
    np.testing.assert_array_equal(np.stack(views), expected[1])
    vectors, views = encode_like_corpus(WordEncoder(), TEXTS)
    assert views == [] and vectors.shape == (len(TEXTS), 48)
