"""The wording that models were trained with."""

from pathlib import Path

import pytest

from core.encoders.instructor import instructor_prompt
from core.encoders.prompts import known_wording

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[3]


def test_known_models_have_their_own_words():
    instruction = "Classify the emotion"
    for source, prompt in {
        "Qwen/Qwen3-Embedding-4B": "Instruct: Classify the emotion\nQuery:",
        "/models/multilingual-e5-large-instruct": "Instruct: Classify the emotion\nQuery: ",
    }.items():
        assert known_wording(source, {}).prompt_for(instruction, source) == prompt
    assert known_wording("google/embeddinggemma-300m", {}).prompt_for("clustering", "x") == (
        "task: clustering | query: "
    )
    assert known_wording("nomic-ai/nomic-embed-text-v1.5", {}).prompt_for("clustering", "x") == "clustering: "
    saved = {"query": "Instruct: Given a question, find an answer\nQuery:", "document": ""}
    assert known_wording("/models/renamed", saved).prompt_for(instruction, "x") == (
        "Instruct: Classify the emotion\nQuery:"
    )
    assert known_wording("all-MiniLM-L6-v2", {"query": "", "document": None}).follows == "no"


def test_a_goal_that_begins_with_by_is_worded_without_it():
    assert (
        instructor_prompt("by what the customer feels") == "Represent the text for what the customer feels:"
    )
    assert instructor_prompt("byte order") == "Represent the text for byte order:"
