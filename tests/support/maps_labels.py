"""What tests of labelling on the maps page share."""

from pages.maps.panels.texts import Labelling
from tests.support.page_helpers import MAPS
from tests.support.session import select, state_in


def words(app):
    kinds = ("markdown", "caption", "error", "html")
    return "\n".join(str(getattr(part, "value", part)) for kind in kinds for part in app.get(kind))


def open_maps(app, corpus_key, rows, analysis=None, *, tab="Texts", more=None, labelling=True):
    """Open the maps with some texts selected, and a tab of the panel beside them."""
    app.run()
    if analysis is not None:
        app.session_state["refract"].analysis_id = analysis
    app.session_state["maps_side_panel"] = tab
    if more is not None:
        app.session_state["maps_more"] = more
    state_in(app, Labelling, corpus_key).open = labelling
    select(app, corpus_key, rows)
    app.switch_page(MAPS).run()
    assert not app.exception
    return app


def table(app, start):
    """The table whose key starts with `start`."""
    return next(part for part in app.dataframe if str(part.key).startswith(start))


def labels_of(store, analysis, rows):
    names, codes = store.label_names.current(analysis), store.labels.read(analysis).codes
    return [names[codes[row]] if codes[row] >= 0 else None for row in rows]
