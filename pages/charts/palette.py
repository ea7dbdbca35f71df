"""Colours of categories that colour-blind people can tell apart too, on white and on dark ground."""

from __future__ import annotations

from collections.abc import Iterable

GREY = "#a8adb3"
"""For what is not selected, in no cluster or without label; no category looks like it."""

CATEGORIES = (
    # Okabe and Ito (2008), Color Universal Design, without black.
    "#0072b2",  # blue
    "#e69f00",  # orange
    "#009e73",  # green
    "#cc79a7",  # pink
    "#d55e00",  # vermilion
    "#56b4e9",  # sky blue
    # The extension: each the colour farthest from those before it, as people with full colour vision, with
    # protanopia and with deuteranopia see them. The tests measure the distances.
    "#654f20",  # brown
    "#dcc800",  # yellow, Okabe and Ito's made darker: theirs has a contrast of 1.3 : 1 on white
    "#9844f8",  # violet
    "#a91e76",  # wine
    "#35dcab",  # mint
    "#4338d7",  # ultramarine
    "#7884e9",  # lavender
    "#a24f4c",  # brick
    "#bac4f5",  # pale blue
    "#811fad",  # purple
    "#fe4f75",  # coral
    "#165c6b",  # petrol
    "#c92db0",  # magenta
    "#adbd7b",  # sage
)
"""Twenty colours, the best known apart first."""


def category_colours(n: int) -> list[str]:
    """Return n colours as "#rrggbb", in a fixed order; beyond `CATEGORIES` they start again.

    Raises
    ------
    ValueError
        When n is negative.
    """
    if n < 0:
        raise ValueError(f"{n} colours cannot be had; ask for 0 or more.")
    return [CATEGORIES[position % len(CATEGORIES)] for position in range(n)]


def colour_of(names: Iterable[str]) -> dict[str, str]:
    """Return the colour of each label, by its position in the label list.

    Every page that passes the same list shows the same colours. A label added at the end changes no other.
    """
    unique = list(dict.fromkeys(names))
    return dict(zip(unique, category_colours(len(unique)), strict=True))
