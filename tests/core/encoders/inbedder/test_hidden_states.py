"""Pooled states, checked against plain generation and by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.encoders.inbedder import loading
from core.encoders.inbedder.encoder import CAUSAL_OUTPUTS, MASKED_OUTPUTS
from core.encoders.inbedder.hidden_states import CausalModel
from tests.core.encoders.inbedder.conftest import FEEL, TEXTS, open_encoder, pattern

pytestmark = pytest.mark.model


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
                for step, predicted in zip(states[1:], new[1:].tolist(), strict=True)
                if predicted not in special
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
    """A causal model of one dimension that writes given answers; its state is the number of its token."""

    class config:  # noqa: N801
        num_hidden_layers, model_type = 1, "script"

    def __init__(self, answers):
        self.answers, self.step = torch.tensor(answers), 0
        self.base_model = self.read

    def read(self, input_ids, **options):

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


def test_in_bfloat16_left_padding_does_not_move_the_positions(folders, monkeypatch):
    exact = open_encoder(folders, "llama")
    monkeypatch.setattr(loading, "number_format_of", lambda model_type: "bfloat16")
    encoder = open_encoder(folders, "llama")
    together = encoder.encode([*TEXTS, "the tram was late " * 20], instruction=FEEL)
    for row, text in enumerate(TEXTS):
        assert encoder.encode([text], instruction=FEEL)[0] @ together[row] > 0.99
    assert np.sum(exact.encode(TEXTS, instruction=FEEL) * together[:4], axis=1).min() > 0.99
    assert encoder.key != exact.key
