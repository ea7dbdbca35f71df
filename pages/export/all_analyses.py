"""What each analysis of a corpus adds to the table over all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from core.corpus import Corpus, Partition
from core.export import AnalysisResults
from core.storage import Analysis
from pages.common import analysis_title, cache, clusterings, is_fitted, show_message


def analysis_readers(corpus: Corpus, analyses: list[Analysis]) -> list[Callable[[], AnalysisResults]]:
    """Return a function for each analysis that reads its results when it is called."""
    return [partial(read_results, corpus, analysis) for analysis in analyses]


def draw_waiting(analyses: list[Analysis]) -> None:
    """Name the analyses whose k-means clusters the table over all analyses does not hold yet."""
    waiting = [
        f"“{analysis_title(analysis)}”"
        for analysis in analyses
        if is_fitted(analysis) and clusterings.lacks_clusters(analysis)
    ]
    if waiting:
        show_message(
            f"The k-means clusters of {', '.join(waiting)} are not computed yet, so the table over all "
            "analyses holds clusters by density there: open that map to have them computed.",
            "warning",
        )


def read_results(corpus: Corpus, analysis: Analysis) -> AnalysisResults:
    """Read what an analysis adds; needs no run of a page."""
    guide = cache.store().labels.read(analysis.id)
    found = AnalysisResults(analysis_title(analysis))
    if guide.names:
        found = replace(found, given=Partition(guide.codes, dict(enumerate(guide.names))))
    checks = cache.store().check_labels.read(analysis.id)
    if checks.n_checked:
        found = replace(found, checked=checks.labels)
    if not is_fitted(analysis):
        return found
    fit = cache.fit(analysis)
    if fit.has_predictions:
        predicted = Partition(fit.predicted, dict(enumerate(fit.labels)))
        found = replace(found, predicted=predicted, probability=fit.probability, fits_none=fit.fits_none)
    clusters = clusterings.kept_partition(corpus, analysis, fit.space, fit.space_key)
    encoder = fit.method.encoder if fit.method.reencodes else ""
    return replace(found, clusters=clusters, map=fit.space.map, encoder=encoder)
