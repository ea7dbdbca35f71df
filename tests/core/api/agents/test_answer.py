import json
import math

import pytest

from core.api.agents.answer import LONGEST_TEXT, page, rounded, show_text, to_json

HIDDEN = "a\u202eb\u200bc\U000e0041d\x9be\ud800f\u2028g"


def test_what_nobody_sees_is_written_out_and_means_the_same():
    written = to_json({"text": HIDDEN, "name": "Größe 名前 👍🏽 क्षि"})
    assert all(letter not in written for letter in HIDDEN if letter not in "abcdefg")
    assert "\\u202e" in written and "\\udb40\\udc41" in written and "Größe 名前 👍🏽 क्षि" in written
    assert json.loads(written)["text"] == HIDDEN
    written.encode()  # half a character would be refused


def test_a_long_text_is_cut_and_says_so():
    assert show_text("x" * LONGEST_TEXT) == {"text": "x" * LONGEST_TEXT}
    shown = show_text("x" * (LONGEST_TEXT + 1))
    assert shown == {"text": "x" * LONGEST_TEXT, "cut": True, "characters": LONGEST_TEXT + 1}


@pytest.mark.parametrize(
    ("number", "wanted"), [(math.nan, None), (math.inf, None), (0.00012345, 0.000123), (0.98765, 0.988)]
)
def test_numbers_are_short_and_none_where_json_has_none(number, wanted):
    assert rounded(number) == wanted


def test_the_last_page_names_no_next_one():
    assert page(30, 0, 20) == {"found": 30, "offset": 0, "next_offset": 20}
    assert page(30, 20, 20) == {"found": 30, "offset": 20}
