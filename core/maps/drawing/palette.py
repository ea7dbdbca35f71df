"""Colours of categories, distinct also for colour-blind people, on white and on dark backgrounds."""

from __future__ import annotations

from collections.abc import Iterable

GREY = "#a8adb3"
"""Colour of texts that are not selected, in no cluster or without label; no category is similar."""

# Forty candidates of glasbey.extend_palette (0.3, colorblind_safe), the farthest first. The smallest
# distance falls to 0.028 in OKLab: neighbours on a map can be similar, but no colour repeats.
MORE_CATEGORIES = (
    "#ce8c00", "#31a5c5", "#bd4a08", "#a5638c", "#4aa5ff", "#a552ce", "#7b8c4a", "#bdce7b",
    "#4ad6ce", "#52c54a", "#52c5d6", "#adad8c", "#4a9c9c", "#9c73ce", "#f74252", "#a54a8c",
    "#298c6b", "#e642e6", "#e6a55a", "#7bbdff", "#a573b5", "#ef6bce", "#08ad63", "#3194ff",
    "#d6bd9c", "#846373", "#8ca594", "#7b7b52", "#bd10a5", "#d6c55a", "#de2931", "#a58c84",
    "#c5213a", "#3184ff", "#9cbdad", "#42adbd", "#bd31e6", "#d684ad", "#3ad694", "#c5319c",
)  # fmt: skip

CATEGORIES = (
    # Okabe and Ito (2008), Color Universal Design, without black.
    "#0072b2",  # blue
    "#e69f00",  # orange
    "#009e73",  # green
    "#cc79a7",  # pink
    "#d55e00",  # vermilion
    "#56b4e9",  # sky blue
    # Each the colour farthest from those before it, under full colour vision, protanopia and deuteranopia.
    # The tests measure the distances.
    "#654f20",  # brown
    "#dcc800",  # yellow, Okabe and Ito's made darker: the original has a contrast of 1.3 : 1 on white
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
    *MORE_CATEGORIES,
)
"""Sixty colours as "#rrggbb", the most distinct first."""


def category_colours(n: int) -> list[str]:
    """Return n colours as "#rrggbb", in a fixed order; they repeat after the last of `CATEGORIES`.

    Raises
    ------
    ValueError
        When n is negative.
    """
    if n < 0:
        raise ValueError(f"{n} colours are impossible: n must be 0 or more.")
    return [CATEGORIES[position % len(CATEGORIES)] for position in range(n)]


def colour_of(names: Iterable[str]) -> dict[str, str]:
    """Return the colour of each label by its position, so that a label added at the end changes no other."""
    unique = list(dict.fromkeys(names))
    return dict(zip(unique, category_colours(len(unique)), strict=True))
