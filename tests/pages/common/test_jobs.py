from types import SimpleNamespace

import pytest

from core.jobs import Job
from pages.common import cache
from pages.common.jobs import stopped_by_fit


@pytest.mark.parametrize(
    ("status", "order", "again"),
    [("cancelled", "check fit", True), ("cancelled", "fit check", False), ("failed", "check fit", False)],
)
def test_a_check_that_a_new_fit_stopped_starts_again_by_itself(monkeypatch, status, order, again):
    check = Job("1", "measure", "", {"analysis_id": 7, "fit_key": "a"}, status=status)
    submitted = {"check": check, "fit": Job("2", "fit", "", {"analysis_id": 7})}
    runner = SimpleNamespace(jobs=lambda: [submitted[name] for name in order.split()])
    monkeypatch.setattr(cache, "runner", lambda: runner)
    assert stopped_by_fit(check) is again
