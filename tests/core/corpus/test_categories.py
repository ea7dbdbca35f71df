"""Columns of categories are told from columns of texts."""

import pandas as pd
import pytest

from core.corpus import looks_like_category


def column(values, n):
    return pd.Series([values[row % len(values)] for row in range(n)])


@pytest.mark.parametrize(
    ("values", "n", "category"),
    [
        (["negative", "neutral", "positive"], 2_000, True),
        ([f"city {row}" for row in range(60)], 2_000, True),
        ([1, 2, 3, 4, 5], 100, True),
        ([f"A complaint of its own, number {row}" for row in range(2_000)], 2_000, False),
        ([f"An answer of a form that many people chose, number {row}" for row in range(60)], 2_000, False),
        (["late", "rude", "slow"], 3, False),  # each stands once
        ([None], 10, False),
    ],
)
def test_few_values_that_repeat_are_a_category(values, n, category):
    assert looks_like_category(column(values, n)) is category
