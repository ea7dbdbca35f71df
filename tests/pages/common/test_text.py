from pages.common import duration, gigabytes, markdown


def test_figures_in_words():
    said = [duration(seconds) for seconds in (0, 89, 91, 5_399, 5_401, 3 * 3_600, 72 * 3_600)]
    assert said == ["1 s", "89 s", "2 min", "90 min", "2 h", "3 h", "3 days"]
    assert [gigabytes(size) for size in (13.5, 0.4, 0.012, 0)] == ["13.5 GB", "0.4 GB", "12 MB", "1 MB"]


def test_no_text_turns_the_sentence_around_it_or_becomes_a_link():
    assert markdown("a\u202eb\u2066c\u2069") == "abc"
    assert markdown("\u05e9\u200f") == "\u05e9\u200f"  # letters and marks of one keep their places
    for text in ("https://a.example", "www.a.example", "WWW.a.example", "ada@a.example"):
        shown = markdown(text)
        assert shown.replace("\\", "").replace("\u2060", "") == text and "\u2060" in shown
    assert "\u2060" not in markdown("at 5 : // www")
