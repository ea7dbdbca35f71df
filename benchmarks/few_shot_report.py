"""The table of `make bench-labels`, from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

FIGURES = ["v", "purity", "seconds"]
FACET, FIT = ["corpus", "facet"], ["labels", "picking"]
METHODS = {
    "generic": "generic",
    "gstransform": "`GSTransform`",
    "guided": "`GuidedTransform`",
    "guided, final vectors only": "`GuidedTransform`, final vectors only",
    "plain gstransform": "GSTransform in plain NumPy",
}
"""Names of the methods in the report."""

INTRODUCTION = """\
# What transforms make of a handful of labels

Made by `{command}` on {day}: {machine}.
Each fit on one thread.

Some texts of a facet get their labels, picked at random or, ten at a time, by `core.labels.suggest`. A
transform is fitted to all texts with these labels. The other labelled texts are scored. Means over seeds,
{n_seeds} in all. Texts are encoded by {encoder}. `python -m core evaluate FILE --labels N --picks PICKED
--methods generic guided gstransform` gives the same figures.

- **V**: agreement of k-means clusters with the labels, V-measure (Rosenberg and Hirschberg 2007), 0 to 100;
  vectors of length 1, as many clusters as labels, the best of 4 starts.
- **purity**: share of the 10 nearest texts (cosine) that carry a text's own label, in percent.
- **s**: seconds to fit and transform, building the neighbour graph where one is needed.
- **generic**: the space that the encoder gives, without any label. Its figures differ a little between rows,
  as the texts scored do.
- **`GSTransform`**: the published method. **`GuidedTransform`**: this project's; it is also given the names
  of the labels, and hidden layers of the encoder where it has some, as in the app. The suggester is given
  the layers too. **final vectors only**: without hidden layers, on the same picks.

| corpus | facet | texts | labels |
| --- | --- | ---: | ---: |
{corpora}
"""

GAINS = "Last two columns: the facet that gains least over the generic space on the same texts, and how much."

FEW_CLASSES = 80
"""Labels of a facet up to which it counts in a mean of its own: each can get one of the labels given."""

UNSEEN = """\
Half of the labels of a facet, drawn by the seed, are neither named nor given to any text. {n_labels} texts
with other labels are suggested and labelled. Scored are all texts that were not labelled, and then the texts
of the unseen labels alone, among themselves. Each cell: V / purity. A transform should leave what it was not
told about where the generic space has it."""

PLAIN = """\
`benchmarks/plain_gstransform.py` is GSTransform in plain NumPy, its gradients by hand; like the authors'
program it ends with the last weights, where `GSTransform` restores the best. Both train on the same texts,
picked at random. Each cell: V / purity / s; ± is the standard error of the difference over seeds."""


def make_report(rows: Sequence[dict], machine: dict[str, str], command: str, encoder: str) -> str:
    """Return the report as Markdown.

    Parameters
    ----------
    rows : sequence of dict
        As in `results/few_shot.json`.
    machine : dict of str to str
        What the fits ran on: processor first, then versions.
    """
    table = pd.DataFrame(rows)
    facets = table.drop_duplicates(FACET)
    corpora = "\n".join(
        f"| {row.corpus} | {row.facet} | {row.n_texts:,} | {row.n_classes} |" for row in facets.itertuples()
    )
    processor, *versions = machine.items()
    parts = [
        INTRODUCTION.format(
            command=command,
            day=date.today().isoformat(),
            machine=", ".join([processor[1], *(f"{name} {number}" for name, number in versions)]),
            n_seeds=table["seed"].nunique(),
            encoder=encoder,
            corpora=corpora,
        )
    ]
    hidden = table["v_unseen"].notna()
    unseen, table = table[hidden], table[~hidden]
    compared = table[table["method"] != "plain gstransform"]
    means = _facet_means(compared)
    parts.append(f"## Mean over {_facets(len(facets))}\n\n{_mean_table(means)}")
    few = facets[facets["n_classes"] <= FEW_CLASSES][FACET]
    if 0 < len(few) < len(facets):
        heading = f"{_facets(len(few))} of at most {FEW_CLASSES} labels"
        parts.append(f"## Mean over the {heading}\n\n{_mean_table(means.merge(few))}")
    most = means[means["labels"] == means["labels"].max()].drop_duplicates(FACET)[FACET]
    if len(most) < len(facets):
        held = means.merge(most)
        heading = f"{_facets(len(most))} with enough texts for {_count(held['labels'].max())} labels"
        parts.append(f"## Mean over the {heading}\n\n{_mean_table(held)}")
    parts.append(f"## Each facet\n\nEach cell: V / purity / s.\n\n{_facet_table(means)}")
    if len(unseen):
        parts.append(f"## Unseen labels\n\n{_unseen_table(unseen)}")
    parts.append(f"## `GSTransform` against a second implementation\n\n{PLAIN}\n\n{_plain_table(table)}")
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _facet_means(table: pd.DataFrame) -> pd.DataFrame:
    """Means over the seeds: a row for each facet, number of labels, picking and method, as they come."""
    return table.groupby([*FACET, *FIT, "method"], sort=False)[FIGURES].mean().reset_index()


def _mean_table(means: pd.DataFrame) -> str:
    """Mean over facets, and by how much the facet that fares worst falls behind the generic space."""
    base = means[means["method"] == "generic"]
    gains = means.merge(base, on=[*FACET, *FIT], suffixes=("", "_generic"))
    lines = []
    for (labels, picking), fits in means.groupby(FIT, sort=True):
        for method in fits["method"].unique():
            mean = fits.loc[fits["method"] == method, FIGURES].mean()
            these = gains[
                (gains["labels"] == labels) & (gains["picking"] == picking) & (gains["method"] == method)
            ]
            worst = ["", ""] if method == "generic" else [_worst(these, "v"), _worst(these, "purity")]
            figures = [f"{mean['v']:.1f}", f"{mean['purity']:.1f}", f"{mean['seconds']:.2f}"]
            lines.append([_count(labels), picking, METHODS[method], *figures, *worst])
    heads = ["labels", "picked", "transform", "V", "purity", "s", "worst facet, V", "worst facet, purity"]
    return f"{GAINS}\n\n{_markdown(heads, lines, numbers=(0, 3, 4, 5))}"


def _worst(gains: pd.DataFrame, figure: str) -> str:
    differences = gains[figure] - gains[f"{figure}_generic"]
    facet = gains.loc[differences.idxmin()]
    return f"{_signed(differences.min())} ({facet['corpus']}, {facet['facet']})"


def _facet_table(means: pd.DataFrame) -> str:
    methods = list(means["method"].unique())
    lines = []
    for (corpus, facet, labels, picking), fits in means.groupby([*FACET, *FIT], sort=False):
        cells = {row.method: _cell(row.v, row.purity, row.seconds) for row in fits.itertuples()}
        lines.append([f"{corpus}, {facet}", _count(labels), picking, *(cells[method] for method in methods)])
    heads = ["facet", "labels", "picked", *(METHODS[method] for method in methods)]
    return _markdown(heads, lines, numbers=(1,))


def _unseen_table(table: pd.DataFrame) -> str:
    """Generic space and GuidedTransform: of all texts, and of those whose label was not seen."""
    figures = ["v", "purity", "v_unseen", "purity_unseen"]
    means = table.groupby([*FACET, "method"], sort=False)[figures].mean().unstack("method")
    means.loc[("mean", ""), :] = means.mean()
    lines = []
    for (corpus, facet), row in means.iterrows():
        cells = [
            f"{row[v, method]:.1f} / {row[purity, method]:.1f}"
            for v, purity in (("v", "purity"), ("v_unseen", "purity_unseen"))
            for method in ("generic", "guided")
        ]
        difference = _signed(row["v_unseen", "guided"] - row["v_unseen", "generic"])
        lines.append([f"{corpus}, {facet}" if facet else corpus, *cells, difference])
    heads = [
        "facet",
        *(f"{texts}, {METHODS[method]}" for texts in ("all", "unseen") for method in ("generic", "guided")),
        "difference of V, unseen",
    ]
    said = UNSEEN.format(n_labels=_count(table["labels"].max()))
    return f"{said}\n\n{_markdown(heads, lines, numbers=(5,))}"


def _plain_table(table: pd.DataFrame) -> str:
    ours, other = (table[table["method"] == method] for method in ("gstransform", "plain gstransform"))
    pairs = ours.merge(other, on=[*FACET, *FIT, "seed"], suffixes=("", "_other"))
    pairs["difference"] = pairs["v"] - pairs["v_other"]
    lines = []
    for (corpus, facet, labels), fits in pairs.groupby([*FACET, "labels"], sort=False):
        mean = fits.mean(numeric_only=True)
        spread = f" ± {fits['difference'].sem():.1f}" if len(fits) > 1 else ""
        cells = [
            _cell(mean["v"], mean["purity"], mean["seconds"]),
            _cell(mean["v_other"], mean["purity_other"], mean["seconds_other"]),
        ]
        lines.append([f"{corpus}, {facet}", _count(labels), *cells, _signed(mean["difference"]) + spread])
    for labels, fits in pairs.groupby("labels"):
        of_facets = fits.groupby(FACET)[["v", "v_other", "difference"]].mean().mean()
        cells = [f"{of_facets['v']:.1f}", f"{of_facets['v_other']:.1f}"]
        lines.append(["mean", _count(labels), *cells, _signed(of_facets["difference"])])
    heads = ["facet", "labels", METHODS["gstransform"], METHODS["plain gstransform"], "difference of V"]
    return _markdown(heads, lines, numbers=(1,))


def _markdown(heads: list[str], lines: list[list[str]], numbers: tuple[int, ...]) -> str:
    """Return a table; the columns in `numbers` are set right."""
    rule = ["---:" if column in numbers else "---" for column in range(len(heads))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *lines))


def _cell(v: float, purity: float, seconds: float) -> str:
    return f"{v:.1f} / {purity:.1f} / {seconds:.2f}"


def _signed(difference: float) -> str:
    return f"{round(difference, 1) + 0.0:+.1f}".replace("-", "−")  # + 0.0: no minus before a zero


def _count(number: int) -> str:
    return f"{number:,}"


def _facets(number: int) -> str:
    return "1 facet" if number == 1 else f"{number} facets"
