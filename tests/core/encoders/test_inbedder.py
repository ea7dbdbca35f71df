"""InBedder: the states in which a language model answers, checked against plain generation and by hand."""

import json
import shutil

import numpy as np
import pytest
import torch

from core.encoders import EncoderSpec, load_encoder
from core.encoders.inbedder import CAUSAL_OUTPUTS, MASKED_OUTPUTS, InBedderEncoder, loading
from core.encoders.inbedder import encoder as encoder_module
from core.encoders.inbedder.hidden_states import CausalModel
from core.errors import Cancelled, EncoderUnavailable
from core.maps.clusters import explain_clusters
from tests.conftest import WordEncoder
from tests.support.tiny_models import save_causal, save_instructor, save_masked

pytestmark = pytest.mark.model

TEXTS = ["the tram was late", "my parcel never came and the driver was late again", "", "a friendly driver"]
FEEL, NEED = "How does the customer feel?", "What does the customer need?"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    home = tmp_path_factory.mktemp("models")
    return {
        "llama": save_causal(home / "llama"),
        "opt": save_causal(home / "opt", "opt"),
        "roberta": save_masked(home / "roberta"),
    }


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    """Numbers to compare with a plain computation."""
    monkeypatch.setattr(loading, "number_format_of", lambda model_type: "float32")


def open_encoder(folders, kind, output=""):
    return InBedderEncoder(kind, folders[kind], output=output, load_text_encoder=WordEncoder)


def pattern(text, question=FEEL):
    return f"### Input:\n{text}\n\n### Instruction:\n{question}\n\n### Response:"


def generate(encoder, text, n_tokens, **settings):
    """Plain generation for one text: all hidden states and the new tokens."""
    tokens = encoder._tokenizer([pattern(text)], return_tensors="pt")
    tokens.pop("token_type_ids", None)
    with torch.inference_mode():
        found = encoder._model.generate(
            **tokens,
            max_new_tokens=n_tokens,
            do_sample=False,
            return_dict_in_generate=True,
            output_hidden_states=True,
            **settings,
        )
    return found.hidden_states, found.sequences[0, tokens["input_ids"].shape[1] :]


def unit(vector):
    vector = np.asarray(vector, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def test_the_prompt_is_the_published_one_word_for_word(folders):
    prompt = "### Input:\n{input}\n\n### Instruction:\nHow does the customer feel?\n\n### Response:"
    assert open_encoder(folders, "llama").prompt_for(f" {FEEL}\n").encode() == prompt.encode()
    assert open_encoder(folders, "roberta").prompt_for(FEEL) == prompt + "<mask><mask><mask>"


def test_braces_in_texts_and_questions_mean_nothing(folders, monkeypatch):
    encoder = open_encoder(folders, "llama")
    assert encoder._prompt("{instruction} {0}", "{input}?") == pattern("{instruction} {0}", "{input}?")
    assert encoder.encode(["{instruction}"], instruction="{input}").shape == (1, 32)


@pytest.mark.parametrize("kind", ["llama", "opt"])
def test_the_fast_path_is_the_first_state_of_plain_generation(folders, kind):
    vectors = open_encoder(folders, kind).encode(TEXTS, instruction=FEEL)
    slow, _ = open_encoder(folders, kind).encode_and_answer(TEXTS, instruction=FEEL)
    for row, text in enumerate(TEXTS):
        states, _ = generate(open_encoder(folders, kind), text, 1)
        np.testing.assert_allclose(vectors[row], unit(states[0][-1][0, -1]), atol=2e-6)
    np.testing.assert_allclose(slow, vectors, atol=2e-6)


@pytest.mark.parametrize("layer", [0, 1, 3])
@pytest.mark.parametrize("kind", ["llama", "opt"])
def test_each_output_is_what_plain_generation_gives(folders, kind, layer):
    encoder = open_encoder(folders, kind)
    n_tokens = encoder.answer_tokens
    for output in CAUSAL_OUTPUTS[:5]:
        encoder = open_encoder(folders, kind, f"{output}_layer_{layer}")
        vectors, answers = encoder.encode_and_answer(TEXTS, instruction=FEEL)
        assert np.abs(encoder.encode(TEXTS, instruction=FEEL) - vectors).max() < 1e-5
        for row, text in enumerate(TEXTS):
            states, new = generate(encoder, text, n_tokens)
            prompt = states[0][layer][0].numpy()
            special = set(encoder._tokenizer.all_special_ids)
            kept = [
                step[layer][0, -1].numpy()
                for step, predicted_names in zip(states[1:], new[1:].tolist(), strict=True)
                if predicted_names not in special
            ] or [states[1][layer][0, -1].numpy()]
            expected = {
                "fst_gen": prompt[-1],
                "avg_gen": np.mean([prompt[-1], *kept], axis=0),
                "last_gen": kept[-1],
                "avg_ppt": prompt[:-1].mean(axis=0),
                "avg_all": np.mean([*prompt, *kept], axis=0),
            }[output]
            np.testing.assert_allclose(vectors[row], unit(expected), atol=1e-5)
            assert answers[row] == " ".join(encoder._tokenizer.decode(new, skip_special_tokens=True).split())


class Script:
    """A causal model of one dimension that writes what it is told; its state is the number of its token."""

    class config:  # noqa: N801
        num_hidden_layers, model_type = 1, "script"

    def __init__(self, answers):
        self.answers, self.step = torch.tensor(answers), 0
        self.base_model = self.read

    def read(self, input_ids, **asked):
        from types import SimpleNamespace

        states = input_ids[..., None].float()
        return SimpleNamespace(last_hidden_state=states, hidden_states=(states, states), past_key_values=None)

    def get_output_embeddings(self):
        def head(states):
            logits = torch.nn.functional.one_hot(self.answers[:, self.step], 200).float()
            self.step += 1
            return logits

        return head


def test_states_that_predict_an_end_do_not_count_worked_by_hand():
    # Tokens below 10 are special, 2 ends. Prompts: padding 0 and tokens 100, 104; and 90, 96, 100.
    tokens = torch.tensor([[0, 100, 104], [90, 96, 100]])
    mask = torch.tensor([[0, 1, 1], [1, 1, 1]])
    # The first writes 20 30 and ends; the second ends at once.
    script = [[20, 30, 2, 50], [2, 60, 70, 80]]

    def pooled(kind):
        reader = CausalModel(Script(script), special=[0, 2, 5], ends=[2], pad=0)
        states, answer, after = reader.answer(tokens, mask, 1, 20)
        assert answer.tolist() == [[20, 30, 2], [2, 0, 0]]
        assert after[..., 0].tolist() == [[20, 30], [2, 0]]
        return reader.pool(kind, states, mask, answer, after)[:, 0].tolist()

    assert pooled("fst_gen") == [104, 100]
    # h1 = 20 predicts 30 and counts, h2 = 30 predicts the end. Nothing counts of the second: h1 = 2.
    assert pooled("avg_gen") == [(104 + 20) / 2, (100 + 2) / 2]
    assert pooled("last_gen") == [20, 2]
    assert pooled("avg_ppt") == [100, 93]
    assert pooled("avg_all") == [pytest.approx((100 + 104 + 20) / 3), pytest.approx((90 + 96 + 100 + 2) / 4)]


def test_a_longer_answer_counts_to_its_last_state():
    tokens, mask = torch.tensor([[100]]), torch.tensor([[1]])
    reader = CausalModel(Script([[20, 30, 5, 40, 50]]), special=[0, 2, 5], ends=[2], pad=0)
    states, answer, after = reader.answer(tokens, mask, 1, 5)
    # h1 = 20 -> 30, h2 = 30 -> 5 (special, no end), h3 = 5 -> 40, h4 = 40 -> 50
    assert reader.pool("last_gen", states, mask, answer, after).tolist() == [[40]]
    reader = CausalModel(Script([[20, 30, 5, 40, 50]]), special=[0, 2, 5], ends=[2], pad=0)
    states, answer, after = reader.answer(tokens, mask, 1, 5)
    assert reader.pool("avg_gen", states, mask, answer, after).tolist() == [[(100 + 20 + 5 + 40) / 4]]


def test_masked_outputs_worked_from_the_models_states(folders):
    encoder = open_encoder(folders, "roberta")
    assert encoder.output == "avg_gen"
    for output in MASKED_OUTPUTS[:3]:
        for layer in (1, 2):
            encoder = open_encoder(folders, "roberta", f"{output}_layer_{layer}")
            vectors, answers = encoder.encode_and_answer(TEXTS, instruction=FEEL)
            for row, text in enumerate(TEXTS):
                tokens = encoder._tokenizer([pattern(text) + "<mask>" * 3], return_tensors="pt")["input_ids"]
                with torch.inference_mode():
                    found = encoder._model(input_ids=tokens, output_hidden_states=True)
                states, ids = found.hidden_states[layer][0].numpy(), tokens[0].numpy()
                at_masks = ids == encoder._tokenizer.mask_token_id
                assert at_masks.sum() == 3
                chosen = {
                    "avg_gen": at_masks,
                    "avg_ppt": ~at_masks & (ids != encoder._tokenizer.eos_token_id),
                    "avg_all": np.ones(len(ids), bool),
                }[output]
                np.testing.assert_allclose(vectors[row], unit(states[chosen].mean(axis=0)), atol=2e-6)
                written = found.logits[0].argmax(dim=-1)[torch.from_numpy(at_masks)]
                assert answers[row] == " ".join(
                    encoder._tokenizer.decode(written, skip_special_tokens=True).split()
                )


def test_marks_in_a_text_are_mere_characters(folders, monkeypatch):
    encoder = open_encoder(folders, "roberta")
    seen = []
    answer = encoder._states.answer
    monkeypatch.setattr(
        encoder._states, "answer", lambda tokens, *a, **k: seen.append(tokens) or answer(tokens, *a, **k)
    )
    encoder.encode(["the <mask> was </s> <pad> late", "the tram"], instruction=FEEL)
    assert ((torch.cat(seen) == encoder._tokenizer.mask_token_id).sum(dim=1) == 3).all()
    assert ((torch.cat(seen) == encoder._tokenizer.eos_token_id).sum(dim=1) == 1).all()
    # Even if one slipped through, the answer is at the last three.
    tokens = torch.cat([torch.full((1, 1), encoder._tokenizer.mask_token_id), seen[0][:1]], dim=1)
    assert encoder._states._answer_masks(tokens)[0].sum() == 3
    assert not encoder._states._answer_masks(tokens)[0, 0]


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


def test_in_bfloat16_left_padding_does_not_move_the_positions(folders, monkeypatch):
    exact = open_encoder(folders, "llama")
    monkeypatch.setattr(loading, "number_format_of", lambda model_type: "bfloat16")
    encoder = open_encoder(folders, "llama")
    together = encoder.encode([*TEXTS, "the tram was late " * 20], instruction=FEEL)
    for row, text in enumerate(TEXTS):
        assert encoder.encode([text], instruction=FEEL)[0] @ together[row] > 0.99
    assert np.sum(exact.encode(TEXTS, instruction=FEEL) * together[:4], axis=1).min() > 0.99
    assert encoder.key != exact.key


def test_the_saved_number_format_does_not_decide(folders, tmp_path):
    half = tmp_path / "half"
    shutil.copytree(folders["opt"], half)
    model = open_encoder(folders, "opt")._model.to(torch.float16)
    model.save_pretrained(half)
    assert str(InBedderEncoder("half", half)._model.dtype) == "torch.float32"


@pytest.mark.parametrize("kind", ["llama", "opt", "roberta"])
def test_checkpoints_of_old_are_read(folders, kind, tmp_path):
    from safetensors.torch import load_file

    old = tmp_path / kind
    shutil.copytree(folders[kind], old)
    weights = load_file(old / "model.safetensors")
    extra = "roberta.embeddings.position_ids" if kind == "roberta" else "model.layers.0.rotary_emb.inv_freq"
    torch.save(weights | {extra: torch.arange(4.0)}, old / "pytorch_model.bin")
    (old / "model.safetensors").unlink()
    found, expected = (
        InBedderEncoder(kind, folder).encode(TEXTS, instruction=FEEL) for folder in (old, folders[kind])
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_without_a_pad_token_the_end_is_one(tmp_path):
    folder = save_causal(tmp_path / "no_pad", pad=False)
    encoder = InBedderEncoder("no_pad", folder, output="avg_gen")
    assert encoder._tokenizer.pad_token == "</s>"
    together = encoder.encode(TEXTS, instruction=FEEL)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(encoder.encode([text], instruction=FEEL)[0], together[row], atol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "roberta"])
def test_answers_can_be_embedded_by_an_ordinary_encoder(folders, kind):
    encoder = open_encoder(folders, kind, "re_encode")
    vectors, answers = encoder.encode_and_answer(TEXTS, instruction=FEEL)
    assert any(answers)
    np.testing.assert_allclose(vectors, WordEncoder().encode(answers), atol=1e-6)
    np.testing.assert_allclose(encoder.encode(TEXTS, instruction=FEEL), vectors, atol=1e-6)
    assert encoder.n_dims == WordEncoder.n_dims


def test_several_answers_by_chance_are_the_same_every_time(folders):
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


def test_what_is_no_whole_language_model_is_refused(folders, tmp_path):
    instructor = save_instructor(tmp_path)
    with pytest.raises(EncoderUnavailable, match="is no language model"):
        load_encoder(f"inbedder:{instructor}")
    bare = tmp_path / "bare-opt"
    shutil.copytree(folders["opt"], bare)
    (bare / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(EncoderUnavailable, match=r"cannot be read \(.+\): choose another"):
        load_encoder(str(bare))
    shutil.copytree(folders["llama"], tmp_path / "part")
    settings = json.loads((tmp_path / "part" / "config.json").read_text())
    (tmp_path / "part" / "config.json").write_text(json.dumps(settings | {"num_hidden_layers": 4}))
    with pytest.raises(EncoderUnavailable, match=r"is not complete \(no weights for model.layers.3"):
        load_encoder(str(tmp_path / "part"))


def test_code_that_a_model_brings_is_never_run(folders, tmp_path):
    brought = tmp_path / "brought"
    shutil.copytree(folders["llama"], brought)
    settings = json.loads((brought / "config.json").read_text())
    settings |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"}}
    (brought / "config.json").write_text(json.dumps(settings))
    (brought / "evil.py").write_text("raise SystemExit('code was run')")
    with pytest.raises(EncoderUnavailable, match="brings code of its own, which Refract does not run"):
        load_encoder(str(brought))


def test_answers_explain_clusters():
    answers = ["Angry.", "angry", "angry", "late", "", "glad", "x"]
    codes = np.array([0, 0, 0, 0, 0, 1, -1])
    assert explain_clusters(answers, codes, most=1) == {0: [("angry", 3)], 1: [("glad", 1)]}
    assert explain_clusters(["", "."], np.array([2, 2])) == {2: []}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
def test_on_a_graphics_card_the_vectors_are_the_same(folders, monkeypatch):
    for kind in folders:
        on_card = open_encoder(folders, kind)
        assert on_card._model.device.type == "cuda"
        with monkeypatch.context() as patch:
            patch.setattr(torch.cuda, "is_available", lambda: False)
            plain = open_encoder(folders, kind)
        found, expected = (encoder.encode(TEXTS, instruction=FEEL) for encoder in (on_card, plain))
        assert np.sum(found * expected, axis=1).min() > 0.999
