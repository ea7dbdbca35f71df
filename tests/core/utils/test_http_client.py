import threading

import pytest

from core.errors import Cancelled
from core.utils import run_parallel
from core.utils.http_client import is_transient, retry_seconds


def test_results_come_with_their_positions():
    assert sorted(run_parallel(lambda item, stop: item.upper(), ["a", "b", "c"])) == [
        (0, "A"),
        (1, "B"),
        (2, "C"),
    ]


def test_the_error_of_one_item_stops_the_others_and_is_the_one_raised():
    """Items that stop because of it raise Cancelled, maybe before it is seen."""
    started = []

    def work(item, stop):
        started.append(item)
        if item == 3:
            raise ValueError("item 3")
        if not stop.wait(5):
            raise AssertionError("never stopped")
        raise Cancelled("Stopped.")

    with pytest.raises(ValueError, match="item 3"):
        list(run_parallel(work, range(100)))
    threading.Event().wait(0.1)
    assert len(started) < 20


def test_pauses_double_and_follow_the_server():
    assert [retry_seconds(attempt) for attempt in (1, 2, 3)] == [1, 2, 4]
    assert retry_seconds(1, "9") == 9 and retry_seconds(1, "inf") == retry_seconds(1, "later") == 1


def test_busy_servers_are_transient_and_refusals_are_not():
    assert all(map(is_transient, (408, 425, 429, 500, 503)))
    assert not any(map(is_transient, (301, 400, 401, 404, 422)))
