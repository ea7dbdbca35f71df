import pytest

from core.labels.annotation.prompts import (
    SORTING_TASK,
    category_step,
    parse_category,
    parse_choice,
    parse_summary,
    sorting_step,
)
from core.utils import AnswerProblem, Completion

EMPTY, CUT, REFUSED, LONG, OUTSIDE, NONE = AnswerProblem


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("the customer is angry", "the customer is angry", None),
        ("Sure! Here is the summary:\n\n**Angry at the driver.**", "Angry at the driver.", None),
        ("Summary: “late van”\n\nI hope this helps.", "late van", None),
        ("sorry for the late parcel", "sorry for the late parcel", None),
        ("", "", EMPTY),
        ("**", "", EMPTY),
        ("I’m sorry, but I can’t help with that.", None, REFUSED),
        ("As an AI language model, I do not", None, REFUSED),
        ("word " * 80, None, LONG),
    ],
)
def test_summaries_are_parsed(text, value, problem):
    answer = parse_summary(Completion(text, True))
    assert answer.problem == problem
    assert value is None or answer.value == value


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("Angry customers", "Angry customers", None),
        ("Here is the category:\n*Angry customers*", "Angry customers", None),
        ("none", "", EMPTY),
        ("a category that says at great length what it is about", None, LONG),
        ("I cannot name this.", None, REFUSED),
    ],
)
def test_category_names_are_parsed(text, value, problem):
    answer = parse_category(Completion(text, True))
    assert answer.problem == problem
    assert value is None or answer.value == value


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("anger", "Anger", None),
        (" “ANGER.” ", "Anger", None),
        ("Category: anger", "Anger", None),
        ("The category is **anger**.\nIt shouts.", "Anger", None),
        ('{"category": "anger at staff"}', "anger at staff", None),
        ("# anger", "Anger", None),
        ("C#", "C#", None),
        ("c++", "C++", None),
        ("Anger or joy", "", OUTSIDE),
        ("anger\njoy", "", OUTSIDE),
        ("It is not anger, but something like it", "", OUTSIDE),
        ("The category “anger” does not fit", "", OUTSIDE),
        ("angry", "", OUTSIDE),
        ("blorp", "", OUTSIDE),
        ("None of these", "", NONE),
        ("none", "", NONE),
        ("", "", EMPTY),
        ("...", "", EMPTY),
        ("I'm sorry, I can't sort this.", "", REFUSED),
    ],
)
def test_a_choice_is_parsed_but_never_guessed(text, value, problem):
    answer = parse_choice(Completion(text, True), ["Anger", "anger at staff", "joy", "C#", "C++"])
    assert (answer.value, answer.problem) == (value, problem)


def test_a_cut_answer_counts_up_to_its_last_whole_line():
    assert parse_choice(Completion("anger\nsince the", False), ["anger", "joy"]).value == "anger"
    assert parse_choice(Completion("anger", False), ["anger", "joy"]).problem == CUT
    assert parse_summary(Completion("the customer", False)).problem == CUT
    assert parse_category(Completion("the customer", False)).problem == CUT


def test_a_category_may_be_called_none():
    assert parse_choice(Completion("None.", True), ["none", "joy"]).value == "none"


CATEGORIES = f"{SORTING_TASK}\n\nInstruction: by mood\n\nCategories:\n- angry\n- calm"


def test_without_definitions_prompts_are_as_before_there_were_any():
    assert sorting_step(["a"], "by mood", ["angry", "calm"]).task == CATEGORIES
    assert sorting_step(["a"], "by mood", ["angry", "calm"], {"gone": "x"}).task == CATEGORIES
    prompt = category_step("by mood", [(["shouts"], [])], ["angry", "calm"]).prompt(0, 9)
    assert prompt == (
        "Instruction: by mood\n\n<group>\n- shouts\n</group>\n\nCategories that exist already: angry; calm"
    )


def test_a_model_is_told_what_categories_mean():
    meanings = {"calm": "no mood at all", "gone": "x", "angry": "upset,\neven where polite"}
    said = "\n\nWhat they mean:\n- angry: upset, even where polite\n- calm: no mood at all"
    step = sorting_step(["a"], "by mood", ["angry", "calm"], meanings)
    assert step.task == CATEGORIES + said
    assert step.parse(Completion("angry", True)).value == "angry"
    prompt = category_step("by mood", [(["shouts"], [])], ["angry", "calm"], meanings).prompt(0, 9)
    assert prompt.endswith(f"Categories that exist already: angry; calm{said}")
