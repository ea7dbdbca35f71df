"""Colours of categories on a dark ground."""

from __future__ import annotations

LIFT = 0.3
"""A lightness of 0 to 1 in OKLab becomes one of LIFT to 1; each category then has 4.5 : 1 on a dark page."""

STEPS = 20
EDGE = 1e-6

# Ottosson (2020), "A perceptual color space for image processing".
TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB = (
    (0.2104542553, 0.793617785, -0.0040720468),
    (1.9779984951, -2.428592205, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.808675766),
)
FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.291485548),
)
FROM_CONES = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.707614701),
)


def on_dark(colour: str) -> str:
    """Return the colour "#rrggbb" that stands for another one on a dark page.

    The hue stays; the chroma too, as far as a screen can show it. The maps component has the same rule with
    the same numbers in `dark.js`; a test compares both.
    """
    linear = [_to_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5)]
    lightness, a, b = _product(TO_LAB, [value ** (1 / 3) for value in _product(TO_CONES, linear)])
    for step in range(STEPS, -1, -1):
        lab = [LIFT + (1 - LIFT) * lightness, a * step / STEPS, b * step / STEPS]
        found = [_from_linear(v) for v in _product(FROM_CONES, [v**3 for v in _product(FROM_LAB, lab)])]
        if all(-EDGE <= value <= 1 + EDGE for value in found):
            break
    return "#" + "".join(f"{int(255 * min(1.0, max(0.0, value)) + 0.5):02x}" for value in found)


def _product(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _to_linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _from_linear(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
