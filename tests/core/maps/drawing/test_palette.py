import numpy as np
import pytest

from core.maps.drawing import CATEGORIES, GREY, category_colours, colour_of

# Machado, Oliveira, Fernandes (2009), A Physiologically-based Model for Simulation of Color Vision
# Deficiency, IEEE TVCG 15(6): matrices of severity 1.0, for linear RGB.
VISIONS = {
    "full colour": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
# Ottosson (2020), A perceptual color space for image processing: from linear RGB to OKLab.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour):
    shares = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def seen(colour, vision):
    """Place of a colour in OKLab, as seen with a kind of vision."""
    return TO_LAB @ np.cbrt(TO_CONES @ np.clip(VISIONS[vision] @ linear(colour), 0, 1))


def least_distance(colours, vision):
    places = np.array([seen(colour, vision) for colour in colours])
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    return distances[np.triu_indices(len(colours), 1)].min()


def contrast(colour, ground):
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (colour, ground))
    return (high + 0.05) / (low + 0.05)


def test_black_and_white_are_one_apart():
    assert least_distance(["#000000", "#ffffff"], "full colour") == pytest.approx(1, abs=1e-4)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(
    ("vision", "bound"), [("full colour", 0.1), ("protanopia", 0.09), ("deuteranopia", 0.065)]
)
def test_the_first_eight_are_well_apart(vision, bound):
    assert least_distance(CATEGORIES[:8], vision) > bound


@pytest.mark.parametrize(
    ("vision", "bound"), [("full colour", 0.1), ("protanopia", 0.055), ("deuteranopia", 0.055)]
)
def test_the_first_twenty_are_apart_from_each_other_and_from_grey(vision, bound):
    assert least_distance([*CATEGORIES[:20], GREY], vision) > bound


@pytest.mark.parametrize("vision", VISIONS)
def test_all_sixty_differ_from_each_other_and_from_grey(vision):
    assert len(set(CATEGORIES)) == 60
    assert least_distance([*CATEGORIES, GREY], vision) > 0.028  # visible from 0.02 on


@pytest.mark.parametrize("colour", [*CATEGORIES, GREY])
def test_points_show_on_white_and_on_dark(colour):
    assert contrast(colour, "#ffffff") > 1.7
    assert contrast(colour, "#12181f") > 2.2


def test_colours_start_again_after_the_last():
    assert category_colours(0) == []
    assert category_colours(3) == list(CATEGORIES[:3])
    assert category_colours(65)[60:] == list(CATEGORIES[:5])
    with pytest.raises(ValueError, match="-1 colours"):
        category_colours(-1)


def test_a_label_keeps_its_colour_when_others_join():
    few = colour_of(["angry", "pleased"])
    assert few == {"angry": CATEGORIES[0], "pleased": CATEGORIES[1]}
    assert few.items() <= colour_of(["angry", "pleased", "worried"]).items()


def test_a_name_twice_is_one_label():
    assert colour_of(["a", "b", "a", "c"]) == {"a": CATEGORIES[0], "b": CATEGORIES[1], "c": CATEGORIES[2]}
