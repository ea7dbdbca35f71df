"""Lists of texts on the maps page, as AppTest sees the component that draws them."""

import json

from pages.maps.opened import OpenedTexts
from tests.support.session import state_in


def list_of(app, key="maps_texts"):
    """What the list with this key was sent; None where there is none."""
    for part in app.get("bidi_component"):
        if part.proto.component_name == "refract_text_list" and part.proto.id.endswith(f"-{key}"):
            return json.loads(part.proto.json)
    return None


def listed(app, key="maps_texts"):
    """Rows of the texts in a list."""
    sent = list_of(app, key)
    return [] if sent is None else [row[0] for row in sent["rows"]]


def chips(app, key="maps_texts"):
    """Labels of the texts in a list: name, and whether it was given."""
    return [(row[2][0], row[2][3]) if row[2] else None for row in list_of(app, key)["rows"]]


def open_in(app, corpus_key, rows):
    """Open texts one from another, as clicks in lists do; for before the next run."""
    state_in(app, OpenedTexts, corpus_key).rows = list(rows)
