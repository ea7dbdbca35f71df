"""The browser half of Refract's linked maps, as installed Streamlit components.

The Python half, which encodes the payload and decodes the selection, is `pages/maps/component/` of the app.
"""

MAPS = ("refract-linked-maps.linked_maps", "linked_maps-*.js")
"""Streamlit name of the maps component, and the pattern of its built file."""

PLACES = ("refract-linked-maps.places", "places-*.js")
"""The same for the empty element that delivers the points."""

HOVERED = ("refract-linked-maps.hovered", "hovered-*.js")
"""The same for the empty element that fetches the text under the pointer."""
