"""Coverage of the intervals of a check sample: `make bench-check`, or `make bench-check DATA=FOLDER`.

The folder is that of `make bench-labels`; the demo corpus comes first. Of each facet some texts are labelled
as the app suggests them, and a GuidedTransform predicts the labels of all. Then check samples are drawn at
random from the other texts, and their intervals compared with the truth. Beside them stand the intervals of
Wilson from the sample alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import DEMO, ROOT
from benchmarks.few_shot import CACHE
from benchmarks.labelled_spaces import MOST_TEXTS, Space, read_spaces
from core.evidence import UNANSWERED, estimate_from_codes, wilson_limits
from core.labels import suggest
from core.transforms import GuidedTransform
from core.utils import write_atomically

N_GIVEN = 80
ROUND = 10
SIZES = (30, 100, 300)
DRAWS = 500
LEAST_COVERAGE = 0.93


@dataclass(frozen=True)
class Predicted:
    """Labels of n texts with their predictions; codes, and `UNANSWERED` in `given` where none was given."""

    name: str
    codes: np.ndarray
    given: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray
    n_labels: int


@dataclass(frozen=True)
class Coverage:
    """How check samples of one size did on one facet: shares, 0 to 1, and widths of intervals.

    `held` is of each label (n_labels,), and `wilson_held` that of the sample alone.
    """

    name: str
    n_texts: int
    n_checked: int
    held: np.ndarray
    width: float
    wilson_held: np.ndarray
    wilson_width: float
    error: float
    plain_error: float
    accuracy: float
    accuracy_held: float
    accuracy_width: float


def main(arguments: Sequence[str] | None = None) -> list[Coverage]:
    """Measure, and write `check_sample.md`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", type=Path, default=DEMO)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="numbers of checked texts")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--given", type=int, default=N_GIVEN, help="guide labels")
    parser.add_argument("--texts", type=int, default=MOST_TEXTS, help="texts of a file, sampled")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "check_sample.md")
    options = parser.parse_args(arguments)
    rows: list[Coverage] = []
    folders = dict.fromkeys([DEMO, options.data])
    for space in [each for folder in folders for each in read_spaces([folder], CACHE, options.texts)]:
        predicted = predict(space, options.given)
        n_free = int((predicted.given == UNANSWERED).sum())
        for size in options.sizes:
            if size < n_free:
                rows.append(simulate(predicted, size, options.draws))
                print(_row(rows[-1]), flush=True)
    report = make_report(rows, options.draws, options.given)
    write_atomically(options.out, lambda opened: opened.write(report.encode()))
    return rows


def predict(space: Space, n_given: int) -> Predicted:
    """Label the suggested texts of a facet, and predict the labels of all."""
    rows = space.facet.labelled
    X, codes, n_labels = space.vectors[rows], space.facet.codes[rows], len(space.facet.labels)
    views = [view[rows] for view in space.views]
    given = np.full(len(rows), -1)
    while (given >= 0).sum() < n_given:
        picked = suggest(X, given, min(ROUND, n_given - int((given >= 0).sum())), views=views)
        if len(picked) == 0:
            break
        given[picked] = codes[picked]
    guided = GuidedTransform(random_state=0).fit(
        X, given, views=views, label_vectors=space.label_vectors, label_views=space.label_views
    )
    predicted = guided.classes_[guided.probabilities_.argmax(axis=1)]
    known = np.where(given >= 0, given, UNANSWERED)
    name = f"{space.corpus}, {space.facet.name}"
    return Predicted(name, codes, known, predicted, guided.probabilities_.max(axis=1), n_labels)


def simulate(texts: Predicted, n_checked: int, n_draws: int) -> Coverage:
    """Draw check samples, and count how often the truth lies in the intervals."""
    codes, n_labels = texts.codes, texts.n_labels
    free = np.flatnonzero(texts.given == UNANSWERED)
    truth = np.bincount(codes, minlength=n_labels) / len(codes)
    truth_of_free = np.bincount(codes[free], minlength=n_labels) / len(free)
    accuracy = float((texts.predicted == codes).mean())
    draw = np.random.default_rng(0)
    found: dict[str, list[np.ndarray]] = {}
    for _ in range(n_draws):
        sample = draw.choice(free, n_checked, replace=False)
        answers = np.full(len(codes), UNANSWERED)
        answers[sample] = codes[sample]
        estimate = estimate_from_codes(
            texts.predicted, texts.given, answers, n_labels, probability=texts.probability
        )
        shares, right = estimate.shares, estimate.accuracy
        assert right is not None  # there are predictions
        low, high = wilson_limits(np.bincount(codes[sample], minlength=n_labels), n_checked)
        measures = {
            "held": _holds(shares.low[:-1], truth, shares.high[:-1]),
            "width": (shares.high - shares.low)[:-1],
            "wilson_held": _holds(low, truth_of_free, high),
            # Of the texts without a guide label, which are all that the sample stands for.
            "wilson_width": (high - low) * len(free) / len(codes),
            "error": np.abs(shares.value[:-1] - truth),
            "plain_error": np.abs(estimate.plain[:-1] - truth),
            "accuracy_held": _holds(np.array(right.low), np.array(accuracy), np.array(right.high)),
            "accuracy_width": np.array(right.high - right.low),
        }
        for name, value in measures.items():
            found.setdefault(name, []).append(value)
    by_label = {name: np.mean(found.pop(name), axis=0) for name in ("held", "wilson_held")}
    means = {name: float(np.mean(values)) for name, values in found.items()}
    return Coverage(
        name=texts.name, n_texts=len(codes), n_checked=n_checked, accuracy=accuracy, **by_label, **means
    )


def _holds(low: np.ndarray, truth: np.ndarray, high: np.ndarray) -> np.ndarray:
    return (low <= truth + 1e-9) & (truth - 1e-9 <= high)


HEAD = (
    "| facet | texts | labels | checked "
    "| held, mean of labels | held, least label | labels below 93 % | width "
    "| Wilson: held, least | below 93 % | width | share wrong by, checked | predictions alone "
    "| accuracy | held | width |"
)


def make_report(rows: Sequence[Coverage], n_draws: int, n_given: int) -> str:
    """Return the measurements as Markdown."""
    noise = 100 * np.sqrt(0.95 * 0.05 / n_draws)
    return "\n".join(
        [
            "# Intervals of a check sample",
            "",
            f"Made by `make bench-check`. Each facet had {n_given} suggested guide labels, and "
            f"GuidedTransform predicted the rest. {n_draws} random check samples were drawn of each size. "
            "*Held*: the share of draws in which the 95 % interval of a label's share contains the true "
            f"share, in per cent. A simulated coverage has a standard error of {noise:.1f} points. *Width*: "
            "mean length of intervals, in points. *Wilson*: the same from the sample alone, for the texts "
            "without a guide label. *Share wrong by*: mean absolute error of the shares, in points.",
            "",
            HEAD,
            "| --- |" + " ---: |" * 15,
            *map(_row, rows),
            "",
        ]
    )


def _row(row: Coverage) -> str:
    held, wilson = 100 * row.held, 100 * row.wilson_held
    least = 100 * LEAST_COVERAGE
    cells = [
        row.name,
        f"{row.n_texts:,}",
        len(held),
        row.n_checked,
        f"{held.mean():.1f}",
        f"{held.min():.1f}",
        int((held < least).sum()),
        f"{100 * row.width:.1f}",
        f"{wilson.min():.1f}",
        int((wilson < least).sum()),
        f"{100 * row.wilson_width:.1f}",
        f"{100 * row.error:.2f}",
        f"{100 * row.plain_error:.2f}",
        f"{100 * row.accuracy:.1f}",
        f"{100 * row.accuracy_held:.1f}",
        f"{100 * row.accuracy_width:.1f}",
    ]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
