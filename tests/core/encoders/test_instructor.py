"""INSTRUCTOR: the instruction gets attention and is not pooled over, wherever the model comes from."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.encoders import (
    EncoderSpec,
    family_of,
    load_encoder,
)
from core.encoders.instructor import InstructorEncoder, instructor_prompt
from core.encoders.prompts import SLOT
from core.encoders.sentence_transformer import SentenceEncoder
from core.errors import Cancelled, EncoderUnavailable
from tests.support.tiny_models import save_as_version_2, save_instructor

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[3]


TEXTS = ["the tram was late", "my parcel never came and the driver was angry", "", "a friendly driver"]


EMOTION = "Represent the text for emotion:"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_instructor(tmp_path_factory.mktemp("models")).rename(
        tmp_path_factory.mktemp("named") / "tiny-instructor"
    )


@pytest.fixture
def encoder(folder):
    return load_encoder(str(folder))


def pooled_by_hand(encoder, texts, prompt, *, include=False):
    """Vectors from the model's parts: concatenated without a space, the prompt's tokens masked or not."""
    import torch

    model = encoder._model
    n_prompt = 0 if include else len(model.tokenizer(prompt)["input_ids"]) - 1
    rows = []
    with torch.inference_mode():
        for text in texts:
            tokens = model.tokenizer(prompt + text, return_tensors="pt")
            states = model[0].auto_model(**tokens).last_hidden_state[0]
            vector = model[2].linear(states[n_prompt:].mean(dim=0))
            rows.append(torch.nn.functional.normalize(vector, dim=0).numpy())
    return np.stack(rows)


def test_the_instruction_is_left_out_of_the_mean(encoder):
    vectors = encoder.encode(TEXTS, instruction="emotion")
    np.testing.assert_allclose(vectors, pooled_by_hand(encoder, TEXTS, EMOTION), atol=1e-6)
    inclusive = pooled_by_hand(encoder, TEXTS, EMOTION, include=True)
    assert np.abs(vectors - inclusive).max() > 0.01
    encoder._model.set_pooling_include_prompt(True)
    np.testing.assert_allclose(encoder.encode(TEXTS, instruction="emotion"), inclusive, atol=1e-6)


def test_vectors_are_of_length_one_and_change_with_the_instruction(encoder):
    assert encoder.follows_instructions == "free text"
    by_emotion, by_topic, by_none = (
        encoder.encode(TEXTS, instruction=instruction) for instruction in ("emotion", "topic", None)
    )
    assert by_emotion.shape == (4, encoder.n_dims) == (4, 24)
    assert by_emotion.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(by_emotion, axis=1), 1, atol=1e-5)
    assert np.abs(by_emotion - by_topic).max() > 1e-3
    np.testing.assert_allclose(by_none, pooled_by_hand(encoder, TEXTS, "Represent the text:"), atol=1e-6)


def test_a_model_saved_by_an_old_version_gives_the_same_vectors(folder, encoder, tmp_path):
    old = tmp_path / "instructor-of-old"
    shutil.copytree(folder, old)
    save_as_version_2(old)
    loaded = load_encoder(str(old))
    assert isinstance(loaded, InstructorEncoder)
    expected = encoder.encode(TEXTS, instruction="emotion")
    np.testing.assert_allclose(loaded.encode(TEXTS, instruction="emotion"), expected, atol=1e-6)


@pytest.mark.usefixtures("bfloat16_offered")
def test_in_bfloat16_the_vectors_are_nearly_the_same(encoder):
    rounded = encoder.in_format(encoder.other_formats[0])
    assert rounded.key_for("emotion") == encoder.key_in(encoder.other_formats[0], "emotion")
    assert rounded.key_for("emotion") != encoder.key_for("emotion")
    found, expected = (one.encode(TEXTS, instruction="emotion") for one in (rounded, encoder))
    assert np.sum(found * expected, axis=1).min() > 0.999


def test_the_prompt_is_known_word_for_word(encoder, folder):
    assert encoder.prompt_for("emotion") == EMOTION
    assert encoder.prompt_for(" the customer's emotion? ") == "Represent the text for the customer's emotion:"
    assert (
        encoder.prompt_for(" Represent the Amazon review for sorting:")
        == "Represent the Amazon review for sorting:"
    )
    assert encoder.prompt_for(None) == encoder.prompt_for(" ") == "Represent the text:"
    assert (
        instructor_prompt("emotion", f"Represent the review for {SLOT}:")
        == "Represent the review for emotion:"
    )
    edited = load_encoder(str(folder), template=f"Represent the review for {SLOT}:")
    assert edited.prompt_for("emotion") == "Represent the review for emotion:"
    vectors = edited.encode(TEXTS, instruction="emotion")
    np.testing.assert_allclose(
        vectors, pooled_by_hand(encoder, TEXTS, "Represent the review for emotion:"), atol=1e-6
    )


def test_keys_follow_the_string_that_is_sent(encoder):
    assert encoder.key_for("emotion") == encoder.key_for(EMOTION) != encoder.key_for("topic")
    assert encoder.key != encoder.key_for(None)  # which puts a prompt before the texts too


def test_the_same_files_and_string_pooled_otherwise_have_another_key(folder, encoder, tmp_path):
    plain = shutil.copytree(folder, tmp_path / "plain")  # its name does not say what it is
    whole = load_encoder(str(plain), template="Represent the text for {instruction}:")
    assert whole.prompt_for("emotion") == encoder.prompt_for("emotion")
    assert not np.allclose(
        whole.encode(TEXTS, instruction="emotion"), encoder.encode(TEXTS, instruction="emotion")
    )
    assert whole.key_for("emotion") != encoder.key_for("emotion")


def test_counting_a_prompt_leaves_texts_cut_that_another_thread_reads(encoder):
    encoder.encode(TEXTS)
    cut = encoder._model.tokenizer.backend_tokenizer.truncation
    assert cut["max_length"] == 64
    encoder._count_prompt("angry " * 20)
    assert encoder._model.tokenizer.backend_tokenizer.truncation == cut


def test_texts_are_stripped_as_in_the_authors_program(encoder):
    plain, spaced = encoder.encode(["the tram", "  the tram \n"], instruction="emotion")
    assert (plain == spaced).all()


def test_the_tokens_of_the_prompt_begin_those_of_prompt_and_text(encoder):
    tokenizer = encoder._model.tokenizer
    prompt = tokenizer(EMOTION)["input_ids"][:-1]
    assert tokenizer(EMOTION + TEXTS[0])["input_ids"][: len(prompt)] == prompt


def test_an_instruction_that_hides_the_texts_is_refused(encoder):
    encoder.encode(TEXTS, instruction="Represent the text for " + "emotion " * 27)  # 32 tokens with its end
    with pytest.raises(EncoderUnavailable, match=r"takes 33 of the 64 tokens .* shorten it to 32 tokens"):
        encoder.encode(TEXTS, instruction="Represent the text for " + "emotion " * 28)
    with pytest.raises(EncoderUnavailable, match="hides the texts"):
        encoder.encode(TEXTS, instruction="emotion " * 1_000)


@pytest.mark.parametrize(
    "pairs", [[["emotion", "the tram"]], [("emotion", "the tram")], [3], [None], "the tram"]
)
def test_pairs_never_reach_the_model(encoder, pairs, monkeypatch):
    monkeypatch.setattr(encoder._model, "encode", lambda *a, **k: pytest.fail("reached"))
    with pytest.raises(TypeError, match="texts are"):
        encoder.encode(pairs, instruction="emotion")


def test_progress_and_cancel(encoder, monkeypatch):
    monkeypatch.setattr(encoder, "_batch_tokens", 30)
    reports = []
    encoder.encode([*TEXTS, *TEXTS], instruction="emotion", progress=lambda *at: reports.append(at))
    assert reports[-1] == (8, 8)
    assert len(reports) > 1

    def cancel(done, total):
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        encoder.encode(TEXTS, instruction="emotion", progress=cancel)


def test_the_family_follows_from_name_files_or_prefix(folder, encoder, tmp_path):
    other = tmp_path / "mine"
    shutil.copytree(folder, other)
    assert type(load_encoder(str(other))) is SentenceEncoder
    named = load_encoder(f"instructor:{other}")
    assert isinstance(named, InstructorEncoder)
    assert named.key == encoder.key
    assert type(load_encoder(f"sentence:{folder}")) is SentenceEncoder
    encoder._model.save(str(tmp_path / "says_so"))
    assert isinstance(load_encoder(str(tmp_path / "says_so")), InstructorEncoder)
    assert family_of(EncoderSpec.parse("hkunlp/instructor-xl"), tmp_path).kind == "instructor"
    with pytest.raises(EncoderUnavailable, match="leave “#avg_gen” out"):
        load_encoder("instructor:all-MiniLM-L6-v2#avg_gen")


def test_generic_encoders_refuse_instructions(folder):
    plain = load_encoder(f"sentence:{folder}")
    assert (plain.follows_instructions, plain.tasks, plain.prompt_for(" ")) == ("no", (), "")
    assert plain.key_for(None) == plain.key
    for use in (plain.prompt_for, plain.key_for, lambda text: plain.encode(TEXTS, instruction=text)):
        with pytest.raises(EncoderUnavailable, match="follows no instructions"):
            use("emotion")


def test_prompts_of_other_encoders_are_pooled_over(folder):
    free = load_encoder(f"sentence:{folder}", template=f"Instruct: {SLOT}\nQuery: ")
    assert free.follows_instructions == "free text"
    assert free.prompt_for("emotion") == "Instruct: emotion\nQuery: "
    vectors = free.encode(TEXTS, instruction="emotion")
    expected = pooled_by_hand(free, TEXTS, "Instruct: emotion\nQuery: ", include=True)
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_fixed_tasks_are_those_the_model_was_saved_with(folder, tmp_path):
    from sentence_transformers import SentenceTransformer

    prompts = {"clustering": "clustering: ", "query": ""}
    SentenceTransformer(str(folder), prompts=prompts).save(str(tmp_path / "tasks"))
    fixed = load_encoder(str(tmp_path / "tasks"))
    assert (fixed.follows_instructions, fixed.tasks) == ("fixed tasks", ("clustering",))
    vectors = fixed.encode(TEXTS, instruction="clustering")
    np.testing.assert_allclose(vectors, pooled_by_hand(fixed, TEXTS, "clustering: ", include=True), atol=1e-6)
    assert fixed.key_for("clustering") != fixed.key
    with pytest.raises(EncoderUnavailable, match=r"knows fixed tasks only \(clustering\), not “emotion”"):
        fixed.encode(TEXTS, instruction="emotion")


def test_without_its_mean_a_model_is_no_instructor(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models

    tokenizer = Tokenizer(models.WordLevel({"the": 0, "?": 1}, unk_token="?"))
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=4)], device="cpu")
    model.save(str(tmp_path / "static"))
    with pytest.raises(EncoderUnavailable, match="is no INSTRUCTOR model"):
        load_encoder(f"instructor:{tmp_path / 'static'}")
