import numpy as np
import pytest

from core.errors import Cancelled, StoreError
from core.labels.annotation import ReplyCache, annotate
from core.utils import LanguageModel
from tests.conftest import WordEncoder
from tests.support.chat_server import INSTRUCTION


def test_a_cancelled_run_is_resumed(server, run):
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


def test_a_repeated_run_sends_nothing(server, run):
    first = run()
    n_sent = len(server.asked)
    second = run()
    assert len(server.asked) == n_sent
    assert second.labels == first.labels and second.report.categories == first.report.categories


def test_another_model_or_instruction_needs_new_replies(server, run, model, answers, texts):
    run()
    n_sent = len(server.asked)
    run(instruction="by mood")
    assert len(server.asked) > n_sent + 24
    n_sent = len(server.asked)
    other = LanguageModel(model.url, "large", pause=model.pause)
    annotate(other, texts, np.arange(24), INSTRUCTION, encode=WordEncoder().encode, cache=answers)
    assert len(server.asked) > n_sent + 24


def test_a_damaged_cache_is_an_error(tmp_path):
    path = tmp_path / "answers.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="cannot be used"):
        ReplyCache(path)
