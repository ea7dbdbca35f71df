import numpy as np
import pytest

from core.errors import Cancelled
from core.labels.annotation import KnownLabels, estimate
from tests.support.chat_server import INSTRUCTION


def test_the_estimate_sends_nothing_and_is_close(server, run, model, answers, texts):
    rows = np.arange(24)
    before = estimate(model, texts, rows, INSTRUCTION, answers)
    assert server.asked == [] and (before.n_texts, before.calls, before.kept) == (24, 24 + 12 + 24, 0)
    report = run().report
    assert sum(counts.asked for counts in report.steps.values()) <= before.calls
    after = estimate(model, texts, rows, INSTRUCTION, answers)
    assert after.calls == after.kept and after.tokens_in == after.tokens_out == 0
    real = sum(len(user) for _, user in server.asked) / 4
    assert real < before.tokens_in < 10 * real + 24 * 2 * 200  # the tasks come on top of the prompts


def test_an_estimate_counts_kept_replies(server, run, model, answers, texts):
    def report(stage, done, total):
        if done >= 10:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run(report=report)
    assert 10 <= estimate(model, texts, np.arange(24), INSTRUCTION, answers).kept < 24


def test_definitions_are_counted_with_every_text_that_is_sorted(model, answers, texts):
    def tokens(**known):
        found = estimate(model, texts, np.arange(len(texts)), "by mood", answers, KnownLabels(**known))
        return found.tokens_in

    names = ["angry", "calm"]
    more = tokens(names=names, definitions={"angry": "x" * 400}) - tokens(names=names)
    assert more > 80 * len(texts)
