import numpy as np
import pytest

from core.errors import Cancelled, StoreError
from core.labels.annotation import ReplyCache, annotate
from core.utils import LanguageModel
from tests.conftest import WordEncoder
from tests.support.chat_server import INSTRUCTION


def test_a_run_that_was_cancelled_goes_on_where_it_was(server, run):
    def report(stage, done, total):
        if stage == "Summarising texts" and done >= 10:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run(report=report)
    sent = server.counts()["summaries"]
    assert sent < 24
    found = run()
    assert len(found.labels) == 24
    kept = found.report.steps["summaries"].kept
    assert 10 <= kept < 24 and found.report.steps["summaries"].asked == 24 - kept


def test_the_same_run_again_asks_nothing(server, run):
    first = run()
    n_asked = len(server.asked)
    second = run()
    assert len(server.asked) == n_asked
    assert second.labels == first.labels and second.report.categories == first.report.categories


def test_another_model_or_instruction_is_asked_anew(server, run, model, answers, texts):
    run()
    n_asked = len(server.asked)
    run(instruction="by mood")
    assert len(server.asked) > n_asked + 24
    n_asked = len(server.asked)
    other = LanguageModel(model.url, "large", pause=model.pause)
    annotate(other, texts, np.arange(24), INSTRUCTION, encode=WordEncoder().encode, cache=answers)
    assert len(server.asked) > n_asked + 24


def test_damaged_answers_are_said_in_a_sentence(tmp_path):
    path = tmp_path / "answers.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="cannot be used"):
        ReplyCache(path)
