"""How long a comparison would take, by what was measured on this machine."""

import pytest

from core.tasks import Trial, estimate_comparison
from tests.support.comparison import READERS
from tests.support.comparison import here as here  # the fixture
from tests.support.comparison import readers as readers  # the fixture
from tests.support.comparison import run as run  # the fixture


class TestEstimate:
    def test_only_what_is_missing_is_reckoned(self, run, store, labelled, corpus):
        estimates = estimate_comparison(store, corpus, labelled, READERS, 60)
        assert [estimate.system.title for estimate in estimates] == [
            "Generic", "Reshape", "GSTransform", "feeling",
        ]  # fmt: skip
        run()
        assert not estimate_comparison(store, corpus, labelled, READERS, 60)

    def test_no_time_is_said_before_it_was_measured(self, store, labelled, corpus):
        *_, unknown = estimate_comparison(store, corpus, labelled, READERS, 60)
        assert unknown.seconds is None and unknown.whole_seconds is None

    def test_a_trial_here_is_believed(self, store, labelled, corpus, prepared, monkeypatch):
        trial = Trial(3_600.0, 16, "", 2, 512, "cpu", [])
        known = {(prepared, "feeling", "", "by feeling"): trial}
        monkeypatch.setattr(
            "core.tasks.compare_estimate.load_trial", lambda results, *choice: known.get(choice)
        )
        *_, timed = estimate_comparison(store, corpus, labelled, READERS, 20)
        assert timed.whole_seconds == 3_600
        assert timed.seconds == pytest.approx(1_200)  # a third of the texts
        *_, other = estimate_comparison(store, corpus, labelled, [("feeling", "Other: {instruction}")], 20)
        assert other.seconds is None

    def test_the_speed_of_earlier_runs_is_believed_and_grows_with_the_sample(self, store, labelled, corpus):
        store.speeds.keep_encoding("feeling", "cpu", 8, 50)
        half, whole = (estimate_comparison(store, corpus, labelled, READERS, size)[-1] for size in (30, 60))
        assert whole.seconds == whole.whole_seconds == half.whole_seconds == pytest.approx(2 * half.seconds)
        store.speeds.keep_encoding("feeling", "cpu", 8, 25)
        *_, slower = estimate_comparison(store, corpus, labelled, READERS, 60)
        assert slower.seconds == pytest.approx(2 * whole.seconds)

    def test_vectors_from_a_file_cost_nothing(self, store, labelled, corpus):
        *_, precomputed = estimate_comparison(store, corpus, labelled, [("vectors:mine.npy#k", "")], 60)
        assert precomputed.seconds == precomputed.whole_seconds == 0
