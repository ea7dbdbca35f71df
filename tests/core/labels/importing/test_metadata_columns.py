import numpy as np
import pandas as pd
import pytest

from core.labels import answers_instruction, columns_with_labels, is_offered, rank_by_instruction


@pytest.fixture
def metadata():
    n = 100
    return pd.DataFrame(
        {
            "tweet_id": range(n),
            "airline": ["United", "Delta", "united", "Delta"] * 25,
            "retweets": [0] * n,
            "name": [f"user{row}" for row in range(n)],
            "sent_at": pd.date_range("2015-02-01", periods=n, freq="h"),
            "confidence": np.linspace(0, 1, n),
            "predicted_label": ["a", "b"] * 50,
            "sentiment": [*["negative"] * 60, *["neutral"] * 30, *["positive"] * 9, None],
            "intent": ["question", "decision"] * 50,
        }
    )


def test_only_columns_that_hold_labels_are_found_those_with_usual_names_first(metadata):
    found = columns_with_labels(metadata)
    assert [column.name for column in found] == ["sentiment", "intent", "airline"]
    assert found[0].values == ("negative", "neutral", "positive") and found[0].n_texts == 99
    assert set(found[2].values) == {"United", "Delta"} or set(found[2].values) == {"united", "Delta"}


def test_when_asked_for_all_predictions_come_last(metadata):
    found = [column.name for column in columns_with_labels(metadata, every=True)]
    assert found == ["sentiment", "intent", "airline", "predicted_label"]


@pytest.mark.parametrize(
    ("instruction", "first"),
    [
        ("by sentiment", "sentiment"),
        ("by what the passenger feels", "sentiment"),
        ("by what the writer wants", "intent"),
        ("which airlines are named", "airline"),
        ("United against Delta", "airline"),
        ("", "sentiment"),
        ("by length", "sentiment"),
    ],
)
def test_the_words_of_the_instruction_choose_the_column(metadata, instruction, first):
    ranked = rank_by_instruction(columns_with_labels(metadata), instruction)
    assert ranked[0].name == first and len(ranked) == 3


def test_a_column_answers_only_what_was_asked(metadata):
    sentiment = columns_with_labels(metadata)[0]
    assert answers_instruction(sentiment, "by sentiment")
    assert not answers_instruction(sentiment, "by airline")
    assert not answers_instruction(sentiment, "")


def test_a_column_with_too_many_values_or_hardly_a_repeat_is_not_offered():
    many = pd.DataFrame(
        {"code": [f"c{row % 51}" for row in range(510)], "pair": [f"p{row}" for row in range(510)]}
    )
    assert columns_with_labels(many) == []
    assert [column.name for column in columns_with_labels(many, every=True)] == ["code"]
    few = pd.DataFrame({"mood": ["calm", "tense", "sad"]})
    assert columns_with_labels(few) == []


def cycle(values, n=300):
    return [values[row % len(values)] for row in range(n)]


def offered(**columns):
    return [column.name for column in columns_with_labels(pd.DataFrame(columns))]


@pytest.mark.parametrize(
    "column",
    [
        {"retweet_count": cycle([0, 1, 2, 3])},
        {"brand": ["one"] * 299 + ["two"]},  # a single text says nothing
        {"reply": cycle(["x" * 61, "y" * 70])},  # too long for a button
        {"nothing": [None] * 300},
    ],
)
def test_counts_and_values_that_divide_nothing_are_not_offered(column):
    assert offered(**column) == []


def test_grades_truth_values_and_two_codes_are_labels():
    assert offered(
        stars=cycle([1, 2, 3, 4, 5]),
        open=cycle([True, False]),
        recommended=cycle([0, 1]),
        label=cycle([0, 1, 2]),
    ) == ["label", "stars", "open", "recommended"]


def test_fifty_values_of_a_large_file_are_found_and_counted():
    topics = cycle([f"topic {row}" for row in range(50)], 20_000)
    (column,) = columns_with_labels(pd.DataFrame({"topic": topics}))
    assert column.counts == (400,) * 50 and len(column.values) == 50


def test_a_column_of_many_values_is_offered_where_the_instruction_names_it():
    table = pd.DataFrame({"intent": [f"wish {i % 60}" for i in range(180)], "n": range(180)})
    (intent,) = columns_with_labels(table, every=True)
    assert is_offered(intent, "by intent") and is_offered(intent, "by the intents of customers")
    assert not is_offered(intent) and not is_offered(intent, "by tone")
