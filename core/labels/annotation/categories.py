"""Categories of a run: those that the model finds, and the labels of the analysis."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...utils import LanguageModel, content_key, normalise
from .prompts import CATEGORY_TASK, SUMMARY_TASK
from .reply_cache import ReplyCache


@dataclass(frozen=True)
class KnownLabels:
    """Labels of an analysis before a run.

    Attributes
    ----------
    names : sequence of str
        Categories of the run, with those that the model finds.
    renamed : mapping of str to str or None
        Labels merged into another, and deleted ones (None). No run restores them.
    by_person : collection of int
        Rows that a person labelled or skipped. The model does not sort them.
    definitions : mapping of str to str
        What names mean, where somebody wrote that down.
    """

    names: Sequence[str] = ()
    renamed: Mapping[str, str | None] = field(default_factory=dict)
    by_person: Collection[int] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)


NOTHING_KNOWN = KnownLabels()


def merge_categories(found: Sequence[str], known: KnownLabels) -> tuple[list[str], int]:
    """Return existing labels and found categories, each once, and the number of merged categories."""
    names = {normalise(name): name for name in known.names}
    renamed = {normalise(name): target for name, target in known.renamed.items()}
    spelled: dict[str, Counter] = {}
    for name in found:
        spelled.setdefault(normalise(name), Counter())[name] += 1
    for key, spellings in spelled.items():
        if key in renamed and key not in names:
            continue  # merged into a label that is among the names, or deleted
        names.setdefault(key, spellings.most_common(1)[0][0])
    # Sorted, so that equal categories give equal prompts and find their kept replies.
    return sorted(names.values(), key=normalise), len(found) - len(spelled)


def load_categories(
    cache: ReplyCache, model: LanguageModel, instruction: str, rows: np.ndarray
) -> list[str] | None:
    """Return the categories of an earlier run on the same texts; None when there was none."""
    key = _key(model, instruction, rows)
    kept = cache.find([key])
    return json.loads(kept[key]) if kept else None


def keep_categories(
    cache: ReplyCache, model: LanguageModel, instruction: str, rows: np.ndarray, categories: Sequence[str]
) -> None:
    """Keep the categories of a sample, one per group of summaries."""
    cache.keep(_key(model, instruction, rows), json.dumps(list(categories), ensure_ascii=False))


def _key(model: LanguageModel, instruction: str, rows: np.ndarray) -> str:
    return content_key("categories", SUMMARY_TASK, CATEGORY_TASK, model.model, instruction, rows)
