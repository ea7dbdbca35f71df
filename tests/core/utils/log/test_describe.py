import json

from core.utils.log import describe_failure, failure_id

CANARY = "the parcel of Mrs Canary"


def caught(step, *arguments):
    try:
        step(*arguments)
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


def quote(text):
    raise ValueError(f"no number in “{text}”: it has {len(text)} letters")


def wrap(text):
    try:
        quote(text)
    except ValueError as error:
        raise RuntimeError(f"row 7 holds {text}") from error


def test_a_value_in_a_message_is_left_out_and_the_words_of_the_code_stay():
    described = describe_failure(caught(quote, CANARY))
    assert "ValueError: …no number in “…”: it has … letters…" in described
    assert "Canary" not in described


def test_places_in_the_code_are_there_without_the_folders_of_this_machine():
    described = describe_failure(caught(json.loads, CANARY))
    assert "json/decoder.py:" in described and "raw_decode" in described
    assert "tests/core/utils/log/test_describe.py:" in described
    assert not [line for line in described.splitlines() if line.strip().startswith("/")]


def test_causes_are_described_too_and_hold_no_value():
    described = describe_failure(caught(wrap, CANARY))
    assert described.index("RuntimeError") < described.index("ValueError: ")
    assert "Canary" not in described


def test_a_circle_of_causes_ends():
    one, other = ValueError(CANARY), KeyError(CANARY)
    one.__cause__, other.__cause__ = other, one
    assert describe_failure(one).splitlines() == ["ValueError: …", "KeyError: …"]


def test_values_that_libraries_quote_are_left_out():
    for step, *arguments in (
        [int, CANARY],
        [{}.__getitem__, CANARY],
        [open, CANARY],
        [CANARY.encode, "x" * 9],
    ):
        assert "Canary" not in describe_failure(caught(step, *arguments))


def test_an_error_of_the_system_is_named_without_the_file():
    described = describe_failure(caught(open, f"/nowhere/{CANARY}"))
    assert described.startswith("FileNotFoundError: ENOENT") and "Canary" not in described


def test_an_exception_that_cannot_be_shown_is_described():
    class Broken(Exception):
        def __str__(self):
            raise RuntimeError(CANARY)

    def fail():
        raise Broken

    assert "Broken: …" in describe_failure(caught(fail))


def test_the_same_place_has_the_same_number_whatever_the_values():
    numbers = {failure_id(caught(wrap, text)) for text in (CANARY, "another")}
    assert len(numbers) == 1 and failure_id(caught(json.loads, CANARY)) not in numbers
