import pytest

from core.errors import Cancelled
from core.tasks import load_label_check
from core.tasks.registry import TASKS


def check(store, analysis_id, report):
    TASKS["check_labels"](store, report, analysis_id=analysis_id)
    return load_label_check(store, store.analysis(analysis_id))


def test_the_check_counts_its_models(store, labelled):
    counts = []
    assert check(store, labelled, lambda _, done, total: counts.append((done, total))) is not None
    (first, *inner), total = counts, counts[-1][1]
    assert first == (0, 1)
    assert inner == [(done, total) for done in range(1, total + 1)] and total > 50


@pytest.mark.parametrize("step", [1, 5, 40])
def test_the_check_stops_at_any_model_and_keeps_nothing(store, labelled, step):
    def stop(_, done, total):
        if done >= step:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        check(store, labelled, stop)
    assert load_label_check(store, store.analysis(labelled)) is None
