"""Texts for an agent to label, and the labels that it gives: marked as a model's, beside those of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import LabelError
from ...labels import GuideLabels, known_names, next_round
from ...storage import Store
from ...utils import cut, normal_text
from .answer import LONGEST_EXAMPLE, NOTICE, Json, show_text
from .opened import Opened, Reader
from .overview import MOST_LABELS, count_labels, definition_of
from .texts import listed

MOST_LABELLED = 100  # texts of one call
LONGEST_CLIENT = 60  # characters of its name
REVIEW = (
    "People see these labels as a model's: they can review them on the Guide page under “Given by a model”, "
    "and undo this call as one step."
)


def suggest(reader: Reader, opened: Opened) -> Json:
    """Return the texts whose labels help most, and the labels: what each means, an example by a person.

    Predictions are left out: a label that repeats them would teach nothing.
    """
    space, guide, fit = reader.generic_space(opened), opened.guide, opened.fit
    rows = next_round(
        guide,
        None if space is None else space.vectors,
        None if fit is None else fit.probabilities,
        (),
        () if space is None else space.views,
    )
    return {
        "notice": NOTICE,
        "analysis": opened.analysis.id,
        "instruction": opened.analysis.instruction,
        "labels": [
            {"label": name, **definition_of(guide, name), "given": count, **_example(opened, name)}
            for name, count in list(guide.counts.items())[:MOST_LABELS]
        ],
        "texts": [{"row": row, **show_text(str(opened.corpus.texts[row]))} for row in rows],
    }


def _example(opened: Opened, label: str) -> Json:
    """Return a text that a person gave a label."""
    guide = opened.guide
    rows = np.flatnonzero((guide.codes == guide.names.index(label)) & guide.by_person)
    return {} if not len(rows) else {"example": show_text(str(opened.corpus.texts[rows[0]]), LONGEST_EXAMPLE)}


@dataclass
class Sorted:
    """What becomes of labels that an agent wants to give.

    Attributes
    ----------
    wanted : dict of row to label
        To be recorded; None takes a label away.
    unchanged : list of int
        Rows that have this label of this client already.
    refused : dict of row to str
        Why not, for the rows that stay as they are.
    """

    wanted: dict[int, str | None]
    unchanged: list[int]
    refused: dict[int, str]


def label(
    store: Store,
    opened: Opened,
    labels: Sequence[tuple[int, str | None]],
    new_labels: Sequence[str],
    client: str,
) -> Json:
    """Give or take away labels in one step, marked as those of the model behind a client.

    A text that a person labelled or skipped keeps that. None takes a label of a model away.

    Raises
    ------
    LabelError
        For a text that is named twice, a label that is neither there nor in `new_labels`, or where no label
        could be given; nothing is then recorded.
    StoreError
        For a row that the corpus does not have; nothing is then recorded.
    """
    opened.check_rows([row for row, _ in labels])
    if len({row for row, _ in labels}) < len(labels):
        raise LabelError("A row is named twice: give each text one label.")
    guide, client = opened.guide, client_name(client)
    found = sort_labels(guide, _spelled(guide, dict(labels), new_labels), client)
    given: list[int] = []
    if found.wanted:
        given = store.labels.give(
            opened.analysis.id,
            found.wanted,
            client,
            source="model",
            unless=lambda source: source != "model",  # of a person who was faster than this call
            add_names=bool(new_labels),
        )
    for row in found.wanted.keys() - set(given):
        found.refused[row] = "a person answered it meanwhile, and that stays"
    if not given and not found.unchanged:
        row, why = next(iter(found.refused.items()))
        more = f" {len(found.refused) - 1} more rows were refused." if len(found.refused) > 1 else ""
        raise LabelError(f"Nothing was recorded. Row {row}: {why}.{more}")
    return {
        "labelled": [row for row in given if found.wanted[row] is not None],
        "taken_away": [row for row in given if found.wanted[row] is None],
        "unchanged": found.unchanged,
        "refused": [{"row": row, "why": why} for row, why in sorted(found.refused.items())],
        "given_by": client,
        "marked_as": "a model's",
        "labels": count_labels(store.labels.read(opened.analysis.id), None),
        "review": REVIEW,
    }


def sort_labels(guide: GuideLabels, labels: Mapping[int, str | None], client: str) -> Sorted:
    """Sort wanted labels by what the texts have: a label of a person stays, one of a model may change."""
    latest = guide.latest
    entries = {
        int(row): (str(source), str(given_by))
        for row, source, given_by in zip(latest["row"], latest["source"], latest["given_by"], strict=True)
    }
    found = Sorted({}, [], {})
    for row, name in labels.items():
        source, given_by = entries.get(row, ("", ""))
        now = guide.label_of(row)
        if source not in ("", "model"):
            has = "skipped it" if now is None else f"gave it the label “{now}”"
            found.refused[row] = f"a person {has}, and that stays"
        elif name is None and now is None:
            found.refused[row] = "it has no label to take away"
        elif name == now and given_by == client:
            found.unchanged.append(row)
        else:
            found.wanted[row] = name
    return found


def client_name(name: str) -> str:
    """Return the name of a client as labels record it; it is what the client calls itself."""
    return (
        cut(normal_text("".join(letter for letter in name if letter.isprintable())), LONGEST_CLIENT)
        or "agent"
    )


def _spelled(
    guide: GuideLabels, labels: Mapping[int, str | None], new_labels: Sequence[str]
) -> dict[int, str | None]:
    """Return the labels as the analysis spells them; raise LabelError for one that is not known."""
    names = known_names([name for name in labels.values() if name is not None], [*guide.names, *new_labels])
    known = {*guide.names, *new_labels}
    for name, spelled in names.items():
        if spelled not in known:
            raise LabelError(
                f"There is no label “{cut(name, LONGEST_CLIENT)}”: {listed(guide.names)}. Use one of them, "
                "or add this one by new_labels if the person you work for wants it."
            )
    return {row: None if name is None else names[name] for row, name in labels.items()}
