import re

from pages.common import duration, gigabytes, markdown


def test_figures_in_words():
    said = [duration(seconds) for seconds in (0, 89, 91, 5_399, 5_401, 3 * 3_600, 72 * 3_600)]
    assert said == ["1 s", "89 s", "2 min", "90 min", "2 h", "3 h", "3 days"]
    assert [gigabytes(size) for size in (13.5, 0.4, 0.012, 0)] == ["13.5 GB", "0.4 GB", "12 MB", "1 MB"]


def test_no_text_turns_the_sentence_around_it_or_becomes_a_link():
    assert markdown("a\u202eb\u2066c\u2069") == "abc"
    for text in ("https://a.example", "www.a.example", "WWW.a.example", "ada@a.example"):
        shown = markdown(text)
        assert ":color[" in shown and copied(shown) == text
    assert ":color[" not in markdown("at 5 : // www a. :color")


def test_letters_from_right_to_left_are_an_element_of_their_own():
    for text in ("\u05e9\u200f", "\u0634 (5)", "a \u05d0 https://a.example/[b]"):
        shown = markdown(text)
        assert shown.startswith(":color[") and copied(shown) == text
    assert markdown("\u05d0\nb") == "\u05d0\nb"


def copied(shown):
    """Return what markdown shows of an escaped text."""
    shown = re.sub(r"(?<!\\):color\[(\\?.)\]", r"\1", shown)
    shown = re.sub(r"^:color\[(.*)\]$", r"\1", shown)
    return re.sub(r"\\(.)", r"\1", shown)
