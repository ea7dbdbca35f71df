import tomllib

import numpy as np
import pytest

from core.maps.drawing import CATEGORIES, on_dark
from tests.support.app_server import ROOT

SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
DARK_PAGE = SETTINGS["theme"]["dark"]["backgroundColor"]


def luminance(colour):
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(colour, ground):
    light, dark = sorted([luminance(colour), luminance(ground)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", CATEGORIES)
def test_every_category_is_readable_on_the_dark_page(colour):
    assert contrast(on_dark(colour), DARK_PAGE) >= 4.5


def test_no_two_categories_become_one():
    assert len({on_dark(colour) for colour in CATEGORIES}) == len(CATEGORIES)


def test_white_stays_white_and_black_becomes_a_grey():
    assert on_dark("#ffffff") == "#ffffff"
    assert len({on_dark("#000000")[at : at + 2] for at in (1, 3, 5)}) == 1
