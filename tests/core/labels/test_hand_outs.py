"""Texts that one queue shows are not handed out to another until they are answered, given up or long ago."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from core.labels import GuideLabels, HandOuts, next_round

ROWS = [7, 8, 9]


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


def test_two_queues_show_different_texts():
    outs = HandOuts()
    assert outs.take("a", "ada", 1, ROWS) == 7
    assert outs.take("b", "bo", 1, ROWS) == 8
    assert outs.take("a", "ada", 1, ROWS) == 7  # drawn again
    assert outs.held("b", 1) == {7: "ada"} and outs.people("b") == {"ada"}
    assert outs.take("c", "cy", 2, ROWS) == 7  # another analysis
    assert outs.take("d", "di", 1, [7, 8]) is None


def test_a_text_comes_back_when_it_is_answered_or_the_other_leaves():
    outs, open_queues = HandOuts(), {"a"}
    outs.take("a", "ada", 1, ROWS, is_open=lambda: "a" in open_queues)
    outs.take("a", "ada", 1, ROWS[1:], is_open=lambda: "a" in open_queues)
    assert outs.take("b", "bo", 1, ROWS) == 7
    assert outs.take("b", "bo", 1, [8]) is None
    open_queues.clear()
    assert outs.take("b", "bo", 1, [8]) == 8
    outs.take("b", "bo", 1, [])  # nothing left for it
    assert outs.take("c", "cy", 1, [8]) == 8


def test_a_name_is_shared_where_two_queues_were_open_under_it_at_once():
    outs, open_queues = HandOuts(), {"a", "b"}
    outs.take("a", "root", 1, ROWS, is_open=lambda: "a" in open_queues)
    assert not outs.is_shared("root")
    open_queues.discard("a")  # the page was loaded again
    outs.take("b", "root", 1, ROWS, is_open=lambda: "b" in open_queues)
    assert not outs.is_shared("root")
    outs.take("c", "root", 1, ROWS)
    open_queues.clear()
    assert outs.is_shared("root") and not outs.is_shared("ada")


def test_a_text_that_was_never_answered_comes_back_after_a_while():
    clock = Clock()
    outs = HandOuts(seconds=60, clock=clock)
    outs.take("a", "ada", 1, ROWS)
    clock.now += 59
    assert outs.take("b", "bo", 1, ROWS) == 8
    clock.now += 2
    assert outs.take("c", "cy", 1, ROWS) == 7


def test_many_at_once_all_get_different_texts():
    outs = HandOuts()
    with ThreadPoolExecutor(16) as pool:
        rows = list(pool.map(lambda queue: outs.take(queue, queue, 1, range(200)), map(str, range(100))))
    assert sorted(rows) == list(range(100))


def test_a_new_round_leaves_out_what_others_label():
    vectors = np.eye(6, dtype=np.float32)
    columns = ("label", "given_by", "source", "source_name", "given_at")
    latest = {name: np.empty(0, dtype=object) for name in columns}
    latest |= {"row": np.empty(0, dtype=np.int64), "reviewed": np.empty(0, dtype=bool)}
    guide = GuideLabels((), (), np.full(6, -1), latest)
    taken = next_round(guide, vectors)[:4]
    assert sorted(next_round(guide, vectors, taken=taken) + taken) == list(range(6))
    assert next_round(guide, vectors, taken=range(6)) == []
