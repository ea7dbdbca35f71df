"""The browser half of Refract's linked maps, as installed Streamlit components.

The Python half is `core/maps/drawing/`, which encodes the payload, and `pages/maps/component/` of the app,
which decodes the selection.
"""

import tomllib
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text(encoding="utf-8"))
_PROJECT = _TABLE["project"]["name"]  # of the distribution that this package came in

MAPS = (f"{_PROJECT}.linked_maps", "linked_maps-*.js")
"""Streamlit name of the maps component, and the pattern of its built file."""

PLACES = (f"{_PROJECT}.places", "places-*.js")
"""The same for the empty element that delivers the points."""

HOVERED = (f"{_PROJECT}.hovered", "hovered-*.js")
"""The same for the empty element that fetches the text under the pointer."""
