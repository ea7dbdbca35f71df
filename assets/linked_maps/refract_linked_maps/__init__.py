"""The browser half of Refract's linked maps, as installed Streamlit components.

The Python half (what to send, what comes back) is `pages/common/linked_maps.py` of the app.
"""

MAPS = ("refract-linked-maps.linked_maps", "linked_maps-*.js")
"""Name under which Streamlit knows the maps, and their built file with a hash in its name."""

PLACES = ("refract-linked-maps.places", "places-*.js")
"""The same of the empty element that brings the points."""

HOVERED = ("refract-linked-maps.hovered", "hovered-*.js")
"""The same of the empty element that fetches the text under the pointer."""
