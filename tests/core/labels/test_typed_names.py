import pytest

from core.labels import split_names


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("angry", ["angry"]),
        ("angry, happy , amused", ["angry", "happy", "amused"]),
        ("angry; happy", ["angry", "happy"]),
        ("angry\nhappy\r\n\namused\n", ["angry", "happy", "amused"]),
        ("angry\thappy, but not very", ["angry", "happy, but not very"]),
        ('"late, again", rude', ["late, again", "rude"]),
        ("“late, again”, rude", ["late, again", "rude"]),
        ('"late, again"; rude', ["late, again", "rude"]),
        ("«late; again», „rude“", ["late; again", "rude"]),
        ('"say ""no"", please", rude', ['say "no", please', "rude"]),
        ("the “new” app, rude", ["the “new” app", "rude"]),
        ('"so" rude, late', ['"so" rude', "late"]),
        ("x" * 200_000, ["x" * 200_000]),
        ('5" pipe, 3" pipe', ['5" pipe', '3" pipe']),
        ("angry, Angry,  ANGRY ,happy", ["angry", "happy"]),
        ("angry,,", ["angry"]),
        ('"never closed, rude', ["never closed, rude"]),
        (" , ", []),
        ("", []),
    ],
)
def test_names_are_told_apart(typed, names):
    assert split_names(typed) == names
