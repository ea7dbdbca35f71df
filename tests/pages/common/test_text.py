from pages.common import duration, gigabytes


def test_figures_in_words():
    said = [duration(seconds) for seconds in (0, 89, 91, 5_399, 5_401, 3 * 3_600, 72 * 3_600)]
    assert said == ["1 s", "89 s", "2 min", "90 min", "2 h", "3 h", "3 days"]
    assert [gigabytes(size) for size in (13.5, 0.4, 0.012, 0)] == ["13.5 GB", "0.4 GB", "12 MB", "1 MB"]
