"""How long a comparison would take."""

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
        assert all(estimate.seconds > 5 for estimate in estimates)
        run()
        assert not estimate_comparison(store, corpus, labelled, READERS, 60)

    def test_a_trial_here_counts_more_than_the_size_of_a_model(
        self, store, labelled, corpus, prepared, monkeypatch
    ):
        trial = Trial(3_600.0, 16, "", 2, 512, "cpu", [])
        known = {(prepared, "feeling", "", "by feeling"): trial}
        monkeypatch.setattr(
            "core.tasks.compare_estimate.load_trial", lambda results, *choice: known.get(choice)
        )
        *_, timed = estimate_comparison(store, corpus, labelled, READERS, 20)
        assert timed.timed and timed.whole_seconds == 3_600
        assert 1_200 < timed.seconds < 1_220  # a third of the texts
        *_, guessed = estimate_comparison(store, corpus, labelled, [("feeling", "Other: {instruction}")], 20)
        assert not guessed.timed and 0 < guessed.whole_seconds < 60

    def test_reading_grows_with_the_sample(self, store, labelled, corpus, monkeypatch):
        monkeypatch.setattr(
            "core.tasks.compare_estimate.estimate_seconds", lambda texts, name, prompt="": 4 + 10 * len(texts)
        )
        half, whole = (estimate_comparison(store, corpus, labelled, READERS, size)[-1] for size in (30, 60))
        assert whole.seconds - half.seconds == pytest.approx(300)
        assert half.whole_seconds == whole.whole_seconds == pytest.approx(604)

    def test_vectors_from_a_file_cost_nothing(self, store, labelled, corpus):
        *_, precomputed = estimate_comparison(store, corpus, labelled, [("vectors:mine.npy#k", "")], 60)
        assert precomputed.whole_seconds == 0 and precomputed.seconds < 20
