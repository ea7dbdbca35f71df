"""Trials of encoders on a few texts."""

import json

import numpy as np
import pytest

from core.encoders import load_encoder, sample_by_length
from core.errors import Cancelled, EncoderUnavailable
from core.storage import MOST_ANSWERED
from core.tasks import load_trial
from core.tasks import try_encoder as encoder_trial
from tests.conftest import WordEncoder
from tests.support.embeddings_server import EmbeddingsServer
from tests.support.tiny_models import save_causal, save_instructor, save_masked

pytestmark = pytest.mark.model

QUESTION = "How does the customer feel?"


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only while an encoder works."""
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    return now


class Slow(WordEncoder):
    """Takes a second for each text, and two more where it writes an answer."""

    max_tokens = 256

    def __init__(self, clock, cost_more=True):
        self.clock, self.answers_cost_more, self.encoded = clock, cost_more, []

    def encode(self, texts, *, instruction=None, progress=None):
        self.encoded.append((tuple(texts), instruction))
        self.clock[0] += len(texts) * (1 if self.answers_cost_more else 3)
        return super().encode(texts, progress=progress)

    def encode_and_answer(self, texts, *, instruction=None, progress=None):
        self.clock[0] += len(texts) * 3
        return super().encode(texts, progress=progress), [f"answer to {text}" for text in texts]


@pytest.fixture
def known(store, corpus):
    store.add_corpus(corpus)
    return corpus.key


def run(store, corpus_key, encoder, *, template="", instruction="", load=None, report=lambda *at: None):
    if load is None:
        load = lambda name, template: load_encoder(name, template=template or None)  # noqa: E731
    tried = {"corpus_key": corpus_key, "encoder": encoder, "template": template, "instruction": instruction}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(encoder_trial, "load_warm_encoder", load)
        encoder_trial.try_encoder(store, report, **tried)
    return load_trial(store.results(corpus_key), corpus_key, encoder, template, instruction)


def test_sixteen_texts_from_short_to_long_are_encoded(store, known, clock):
    slow = Slow(clock)
    trial = run(store, known, "BrandonZYW/opt-1.3b-InBedder", instruction=QUESTION, load=lambda *given: slow)
    (first, _), (sample, instruction) = slow.encoded
    texts = sorted(store.load_corpus(known).texts, key=lambda text: (len(text), text))
    assert len(first) == 1 and trial.n_texts == len(sample) == 16
    assert (sample[0], sample[-1]) == (texts[0], texts[-1])
    assert instruction == QUESTION
    assert trial.prompt == f"### Input:\n{{input}}\n\n### Instruction:\n{QUESTION}\n\n### Response:"
    assert (trial.n_dims, trial.max_tokens) == (48, 256)


def test_the_seconds_are_those_of_the_whole_corpus_with_its_answers(store, known, clock):
    # A second for a text of 60, and three more for each, as all are answered.
    trial = run(store, known, "inbedder:x", instruction=QUESTION, load=lambda *given: Slow(clock))
    assert trial.seconds == pytest.approx(60 + 60 * 3, rel=0.02)
    assert len(trial.examples) == 3
    assert all(answer == f"answer to {text}" for text, answer in trial.examples)


def test_answers_that_come_with_the_vectors_are_counted_once(store, known, clock):
    trial = run(store, known, "inbedder:x", instruction=QUESTION, load=lambda *given: Slow(clock, False))
    assert trial.seconds == pytest.approx(60 * 3, rel=0.02)
    assert len(trial.examples) == 3


def test_of_a_large_corpus_a_part_is_answered(store, known, clock, monkeypatch):
    monkeypatch.setattr(encoder_trial, "MOST_ANSWERED", 6)
    assert MOST_ANSWERED > 60
    trial = run(store, known, "inbedder:x", instruction=QUESTION, load=lambda *given: Slow(clock))
    assert trial.seconds == pytest.approx(60 + 6 * 3, rel=0.02)


@pytest.mark.parametrize("output", ["", "#avg_gen"])
@pytest.mark.parametrize("kind", ["causal", "masked"])
def test_an_inbedder_shows_what_it_answers(store, known, tmp_path, kind, output):
    folder = save_causal(tmp_path / "tiny") if kind == "causal" else save_masked(tmp_path / "tiny")
    name = f"inbedder:{folder}{output}"
    trial = run(store, known, name, instruction=QUESTION)
    encoder = load_encoder(name)
    assert encoder.answers_cost_more == (kind == "causal" and not output)
    texts = [text for text, _ in trial.examples]
    assert len(set(texts)) == 3
    assert encoder.encode_and_answer(texts, instruction=QUESTION)[1] == [said for _, said in trial.examples]
    assert trial.prompt == encoder.prompt_for(QUESTION)
    assert (trial.n_dims, trial.max_tokens, trial.device) == (32, encoder.max_tokens, encoder.device)
    assert trial.seconds > 0


def test_other_encoders_have_no_answers_to_show(store, known, tmp_path):
    name = f"instructor:{save_instructor(tmp_path)}"
    trial = run(store, known, name, template="Show {instruction}:", instruction="topic")
    assert trial.examples == []
    assert trial.prompt == "Show topic:{input}"
    assert trial.n_dims == 24


def test_a_server_is_tried_too(store, known):
    server = EmbeddingsServer()
    trial = run(store, known, server.name, template="{instruction}: ", instruction="topic")
    assert (trial.device, trial.n_dims, trial.prompt) == (server.host, 48, "topic: {input}")
    assert {text.partition(": ")[0] for text in server.texts} == {"topic"}
    assert len(set(server.texts)) == 16
    server.close()


def test_a_trial_belongs_to_its_instruction_and_template(store, known, clock):
    load = lambda *given: Slow(clock)  # noqa: E731
    results = store.results(known)
    run(store, known, "inbedder:x", instruction=QUESTION, load=load)
    assert load_trial(results, known, "inbedder:x", "", f" {QUESTION} ") is not None
    assert load_trial(results, known, "inbedder:x", "", "another") is None
    assert load_trial(results, known, "inbedder:x", "{instruction}:", QUESTION) is None
    assert load_trial(results, known, "inbedder:y", "", QUESTION) is None


def test_a_damaged_trial_counts_as_none(store, known, clock):
    results = store.results(known)
    run(store, known, "inbedder:x", instruction=QUESTION, load=lambda *given: Slow(clock))
    (path,) = results.folder.glob("*.json")
    for content in ("[]", json.dumps({"seconds": 1, "examples": []}), "{"):
        path.write_text(content)
        assert load_trial(results, known, "inbedder:x", "", QUESTION) is None


def test_what_cannot_be_followed_is_said_and_nothing_is_kept(store, known):
    with pytest.raises(EncoderUnavailable, match="follows no instructions"):
        run(store, known, "all-MiniLM-L6-v2", instruction="topic", load=lambda *given: WordEncoder())
    with pytest.raises(EncoderUnavailable, match="come from a file"):
        run(store, known, "vectors:mine.npy#0a1b")
    assert not list(store.results(known).folder.glob("*"))


def test_a_trial_can_be_cancelled(store, known, clock):
    def cancel(stage, done, total):
        stages.append(stage)
        if stage.startswith("Trying"):
            raise Cancelled("stopped")

    stages = []
    with pytest.raises(Cancelled):
        run(store, known, "inbedder:x", instruction=QUESTION, load=lambda *given: Slow(clock), report=cancel)
    assert stages == ["Loading the encoder", "Trying it on 16 texts"]


def test_the_sample_is_spread_over_the_lengths():
    texts = ["a" * length for length in range(1, 101)]
    lengths = [len(text) for text in sample_by_length([*texts, *texts], 16)]
    assert len(lengths) == 16 and (lengths[0], lengths[-1]) == (1, 100)
    assert set(np.diff(lengths)) <= {6, 7}
    assert sample_by_length(["b", "a", "b"], 16) == ["a", "b"]
    assert sample_by_length([], 16) == []
