"""The guide labels of an analysis at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

SOURCES = ("deck", "map", "cluster", "column", "file", "model")
"""Origins of a label: the labelling queue, the map, a cluster, an import, a language model."""

LONGEST_DEFINITION = 500
"""Characters of a definition, about 80 words: what fits beside a label where texts are labelled."""


@dataclass(frozen=True)
class RetiredLabel:
    """A label that was merged into another or deleted.

    Attributes
    ----------
    name : str
    merged_into : str or None
        Label that its texts count for now; None when they count for none.
    n_texts : int
        Texts whose latest entry is this label or one merged into it: what `LabelNames.restore` brings back.
    """

    name: str
    merged_into: str | None
    n_texts: int


@dataclass(frozen=True, eq=False)
class GuideLabels:
    """Labels of the n texts of a corpus, all read at one moment.

    Attributes
    ----------
    names : tuple of str
        Label names in use, in the order in which they were added.
    ids : tuple of int
        Of these labels; renaming keeps them.
    codes : int64 array (n,)
        Position in `names`; -1 where a text has no label.
    latest : mapping of str to array
        Latest entry of each text that was labelled or skipped, newest first, column by column: row (int64),
        label (str, None where skipped or removed), given_by, source (one of `SOURCES`), source_name (of the
        column, file or model), reviewed (bool), given_at (UTC, ISO).
    retired : tuple of RetiredLabel
        Merged and deleted labels, in the order in which they were added.
    checked : int64 array
        Texts of the check sample that were answered or skipped. Their answers are not here; see
        `CheckLabels`.
    definitions : mapping of str to str
        What the labels in use mean, in the order of `names`; without those that nobody defined.
    """

    names: tuple[str, ...]
    ids: tuple[int, ...]
    codes: np.ndarray
    latest: Mapping[str, np.ndarray]
    retired: tuple[RetiredLabel, ...] = ()
    checked: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    definitions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for shared in (self.codes, *self.latest.values()):  # by every caller of `LabelStore.read`
            shared.setflags(write=False)

    @cached_property
    def n_labels(self) -> int:
        """Number of labelled texts."""
        return int((self.codes >= 0).sum())

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of texts of each label, in the order of `names`."""
        n_texts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        return dict(zip(self.names, n_texts.tolist(), strict=True))

    @cached_property
    def table(self) -> pd.DataFrame:
        """The same as `latest`, as a table: do not change it."""
        label = pd.Series(self.latest["label"], dtype=object)  # else None would become NaN
        return pd.DataFrame({**self.latest, "label": label})

    @cached_property
    def seen(self) -> np.ndarray:
        """Texts that were labelled, skipped or checked, so that none is suggested: bool array (n,)."""
        return self._mask(np.concatenate([self.latest["row"], self.checked]))

    @cached_property
    def by_person(self) -> np.ndarray:
        """Texts whose label is not only a language model's, so that it counts as known: bool array (n,)."""
        known = (self.codes >= 0) & ~self.by_model
        known.setflags(write=False)
        return known

    @cached_property
    def reviewed(self) -> np.ndarray:
        """Texts whose doubtful label a person kept: bool array (n,)."""
        return self._mask(self.latest["row"][self.latest["reviewed"]])

    @cached_property
    def by_model(self) -> np.ndarray:
        """Texts with a language model's label that nobody has reviewed: bool array (n,)."""
        waiting = (self.latest["source"] == "model") & (self.latest["label"] != None)  # noqa: E711
        return self._mask(self.latest["row"][waiting])

    @cached_property
    def n_by_person(self) -> dict[str, int]:
        """Number of texts whose label each person gave, the most first, without labels by a model."""
        of_people = (self.latest["source"] != "model") & (self.latest["label"] != None)  # noqa: E711
        return dict(Counter(self.latest["given_by"][of_people].tolist()).most_common())

    def latest_of(self, people: Collection[str], most: int) -> dict[int, str | None]:
        """Return the texts that people answered in a deck last, each with its label; None for a skip."""
        own = np.isin(self.latest["given_by"], list(people)) & (self.latest["source"] == "deck")
        rows = np.flatnonzero(own)[:most]
        return dict(zip(self.latest["row"][rows].tolist(), self.latest["label"][rows], strict=True))

    def label_of(self, row: int) -> str | None:
        """Return the label of a text; None where it has none."""
        code = int(self.codes[row])
        return self.names[code] if code >= 0 else None

    def _mask(self, rows: pd.Series | np.ndarray) -> np.ndarray:
        mask = np.zeros(len(self.codes), dtype=bool)
        mask[np.asarray(rows, dtype=np.int64)] = True
        mask.setflags(write=False)
        return mask
