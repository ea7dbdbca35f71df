"""Fixtures: a run of label construction against a server in the place of the model."""

import numpy as np
import pytest

from core.labels.annotation import KnownLabels, ReplyCache, annotate
from core.utils import LanguageModel
from tests.conftest import WordEncoder
from tests.support.chat_server import INSTRUCTION
from tests.support.chat_server import server as server  # the fixture

NOTHING_KNOWN = KnownLabels()


@pytest.fixture
def model(server):
    return LanguageModel(server.url, "small", "secret-key", pause=lambda seconds: None)


@pytest.fixture
def answers(tmp_path):
    with ReplyCache(tmp_path / "answers.sqlite") as answers:
        yield answers


@pytest.fixture
def texts(corpus):
    return list(corpus.texts[:24])


@pytest.fixture
def truth(corpus):
    return corpus.metadata["feeling"].tolist()


@pytest.fixture
def run(model, answers, texts):
    def run(known=NOTHING_KNOWN, instruction=INSTRUCTION, texts=texts, report=lambda *stage: None):
        return annotate(
            model,
            texts,
            np.arange(len(texts)),
            instruction,
            encode=WordEncoder().encode,
            cache=answers,
            known=known,
            report=report,
        )

    return run
