"""A data folder with the demo corpus, encoded, and one analysis, labelled and fitted."""

from core.encoders import DEFAULT_ENCODER
from core.jobs import JobRunner
from core.storage import Store
from core.tasks import read_demo


def make_fitted_home(home, column="emotion", n_labels=60):
    """Encode the demo, label every text of the first `n_labels` by a column, fit and measure."""
    store = Store(home)
    corpus = read_demo()
    store.add_corpus(corpus)
    values = corpus.metadata[column].tolist()
    runner = JobRunner(home)
    try:
        done = [runner.submit("prepare", "Encoding", corpus_key=corpus.key, encoder=DEFAULT_ENCODER)]
        runner.wait(done[0], 240)
        analysis = store.add_analysis(corpus.key, f"by {column}")
        for name in sorted(set(values)):
            store.label_names.add(analysis, name)
        store.labels.give(analysis, dict(enumerate(values[:n_labels])), "ada")
        done.append(runner.submit("fit", "Fitting", analysis_id=analysis))
        runner.wait(done[-1], 240)
        fit_key = store.analysis(analysis).fit_key
        done.append(runner.submit("measure", "Checking", analysis_id=analysis, fit_key=fit_key))
        runner.wait(done[-1], 240)
        assert [job.status for job in done] == ["done"] * len(done), [job.message for job in done]
    finally:
        runner.close()
    return corpus, analysis
