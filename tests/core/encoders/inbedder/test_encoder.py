"""InBedder encoders: prompts, limits, outputs, progress."""

import numpy as np
import pytest
import torch

from core.encoders import EncoderSpec, load_encoder
from core.encoders.inbedder import encoder as encoder_module
from core.errors import Cancelled, EncoderUnavailable
from tests.conftest import WordEncoder
from tests.core.encoders.inbedder.conftest import FEEL, NEED, TEXTS, open_encoder, pattern

pytestmark = pytest.mark.model


def test_the_prompt_is_the_published_one_word_for_word(folders):
    prompt = "### Input:\n{input}\n\n### Instruction:\nHow does the customer feel?\n\n### Response:"
    assert open_encoder(folders, "llama").prompt_for(f" {FEEL}\n").encode() == prompt.encode()
    assert open_encoder(folders, "roberta").prompt_for(FEEL) == prompt + "<mask><mask><mask>"


def test_braces_in_texts_and_questions_mean_nothing(folders, monkeypatch):
    encoder = open_encoder(folders, "llama")
    assert encoder._prompt("{instruction} {0}", "{input}?") == pattern("{instruction} {0}", "{input}?")
    assert encoder.encode(["{instruction}"], instruction="{input}").shape == (1, 32)


@pytest.mark.parametrize("kind", ["llama", "opt", "roberta"])
def test_of_a_long_text_the_beginning_is_cut_and_the_question_stays(folders, kind):
    encoder = open_encoder(folders, kind)
    assert encoder.max_tokens == {"llama": 253, "opt": 236, "roberta": 128}[kind]
    long = "the tram was late " * 2_000
    feel, need = (encoder.encode([long], instruction=question)[0] for question in (FEEL, NEED))
    assert np.abs(feel - need).max() > 1e-4
    tokens = encoder._tokenizer(
        [encoder._prompt(long, FEEL)], truncation=True, max_length=encoder.max_tokens
    )["input_ids"][0]
    assert len(tokens) == encoder.max_tokens
    end = encoder._tokenizer(encoder._prompt("late", FEEL))["input_ids"]
    assert tokens[-13:] == end[-13:]  # “late” and all that stands after it
    # What stands before the part that is read changes nothing.
    other = encoder.encode(["a friendly driver " + long], instruction=FEEL)[0]
    np.testing.assert_allclose(other, feel, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "output"),
    [
        ("llama", ""),
        ("llama", "avg_gen"),
        ("llama", "avg_all"),
        ("opt", ""),
        ("opt", "last_gen"),
        ("roberta", ""),
    ],
)
def test_vectors_depend_on_text_and_question_and_not_on_company_or_order(folders, kind, output):
    encoder = open_encoder(folders, kind, output)
    texts = [*TEXTS, *(f"the tram {'late ' * n}" for n in range(30)), *TEXTS]
    vectors = encoder.encode(texts, instruction=FEEL)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    order = np.random.default_rng(0).permutation(len(texts))
    assert (
        encoder.encode([texts[row] for row in order], instruction=FEEL).tobytes() == vectors[order].tobytes()
    )
    for row in (0, 2, 20):
        alone = encoder.encode([texts[row]], instruction=FEEL)[0]
        np.testing.assert_allclose(alone, vectors[row], atol=1e-5)
    assert np.abs(encoder.encode(texts, instruction=NEED) - vectors).max() > 1e-3
    assert encoder.key_for(FEEL) != encoder.key_for(NEED)
    assert encoder.key_for(FEEL) == encoder.key_for(f" {FEEL} ")


@pytest.mark.parametrize("kind", ["llama", "roberta"])
def test_answers_can_be_embedded_by_a_text_encoder(folders, kind):
    encoder = open_encoder(folders, kind, "re_encode")
    vectors, answers = encoder.encode_and_answer(TEXTS, instruction=FEEL)
    assert any(answers)
    np.testing.assert_allclose(vectors, WordEncoder().encode(answers), atol=1e-6)
    np.testing.assert_allclose(encoder.encode(TEXTS, instruction=FEEL), vectors, atol=1e-6)
    assert encoder.n_dims == WordEncoder.n_dims


def test_sampled_answers_are_the_same_every_time(folders):
    encoder = open_encoder(folders, "llama", "re_encode_multiple")
    state = torch.get_rng_state()
    vectors = encoder.encode(TEXTS, instruction=FEEL)
    assert torch.equal(torch.get_rng_state(), state)
    assert vectors.tobytes() == encoder.encode(TEXTS, instruction=FEEL).tobytes()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    one = open_encoder(folders, "llama", "re_encode").encode(TEXTS, instruction=FEEL)
    assert np.abs(one - vectors).max() > 0.01


def test_progress_cancel_and_each_text_once(folders, monkeypatch):
    encoder = open_encoder(folders, "roberta")
    monkeypatch.setattr(encoder, "_batch_tokens", 60)
    reports = []
    encoder.encode([*TEXTS, *TEXTS], instruction=FEEL, progress=lambda *at: reports.append(at))
    assert reports[-1] == (8, 8)
    assert 1 < len(reports) <= 4

    def cancel(done, total):
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        encoder.encode(TEXTS, instruction=FEEL, progress=cancel)
    assert encoder.encode([], instruction=FEEL).shape == (0, 32)
    for wrong in ([["a", "b"]], [None], "a"):
        with pytest.raises(TypeError, match="texts are"):
            encoder.encode(wrong, instruction=FEEL)


def test_a_question_is_needed_and_leaves_room_for_the_texts(folders):
    encoder = open_encoder(folders, "llama")
    assert (encoder.follows_instructions, encoder.tasks) == ("free text", ())
    for missing in (None, " \n"):
        with pytest.raises(EncoderUnavailable, match="llama answers a question about each text"):
            encoder.encode(TEXTS, instruction=missing)
    with pytest.raises(EncoderUnavailable, match=r"The instruction takes [\d,]+ of the 253 tokens"):
        encoder.encode(TEXTS, instruction="how " * 200)


def test_counting_a_question_leaves_texts_cut_that_another_thread_reads(folders, monkeypatch):
    encoder = open_encoder(folders, "opt")
    encoder.encode(TEXTS, instruction=FEEL)
    cut = encoder._tokenizer.backend_tokenizer.truncation
    assert cut["max_length"] == encoder.max_tokens
    monkeypatch.setattr(encoder, "_encode_batch", lambda texts, **how: [(np.zeros(32), "")] * len(texts))
    encoder.encode(TEXTS, instruction=FEEL)
    assert encoder._tokenizer.backend_tokenizer.truncation == cut


def test_outputs_that_are_not_there_are_refused(folders):
    for kind, output in [
        ("llama", "best"),
        ("llama", "fst_gen_layer_4"),
        ("roberta", "fst_gen"),
        ("opt", "_layer_1"),
    ]:
        with pytest.raises(EncoderUnavailable, match=f"{kind} has no output “{output}”: choose one of"):
            open_encoder(folders, kind, output)


def test_names_say_kind_folder_and_output(folders, tmp_path):
    assert EncoderSpec.parse("inbedder:~/x#avg_gen_layer_2") == EncoderSpec(
        "inbedder", "~/x", "avg_gen_layer_2"
    )
    assert EncoderSpec.parse("C:/models/x") == EncoderSpec(None, "C:/models/x")
    odd = tmp_path / "inbedder#1"
    odd.mkdir()
    assert EncoderSpec.parse(str(odd)) == EncoderSpec(None, str(odd))
    loaded = load_encoder(f"{folders['llama']}#avg_gen_layer_2")
    assert (loaded.output, loaded.layer) == ("avg_gen", 2)
    assert load_encoder(f"inbedder:{folders['roberta']}").output == "avg_gen"
    assert load_encoder(str(folders["opt"])).output == "fst_gen"
    # The mean over a masked model's states is what such a name has always meant here.
    assert load_encoder(str(folders["roberta"])).follows_instructions == "no"


def test_the_text_encoder_is_loaded_only_when_it_is_needed(folders, monkeypatch):
    loaded = []
    monkeypatch.setattr(
        encoder_module, "SentenceEncoder", lambda name, *rest: loaded.append(name) or WordEncoder()
    )
    load_encoder(str(folders["llama"]))
    assert loaded == []
    assert load_encoder(f"{folders['llama']}#re_encode").n_dims == WordEncoder.n_dims
    assert loaded == ["all-MiniLM-L6-v2"]


@pytest.mark.skipif(not torch.accelerator.is_available(), reason="needs a graphics card")
def test_on_a_graphics_card_the_vectors_are_the_same(folders, monkeypatch):
    for kind in folders:
        on_card = open_encoder(folders, kind)
        assert on_card._model.device.type != "cpu"
        with monkeypatch.context() as patch:
            patch.setattr("core.encoders.inbedder.loading.default_device", lambda: "cpu")
            plain = open_encoder(folders, kind)
        found, expected = (encoder.encode(TEXTS, instruction=FEEL) for encoder in (on_card, plain))
        assert np.sum(found * expected, axis=1).min() > 0.999
