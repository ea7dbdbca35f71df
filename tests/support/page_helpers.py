"""What tests of the pages share: where they are, and how a person uses them."""

import pytest

from core.evidence import Control
from core.tasks import measure
from pages.common import cache

CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT = (
    "pages/corpus/page.py",
    "pages/guide/page.py",
    "pages/maps/page.py",
    "pages/evidence/page.py",
    "pages/export/page.py",
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The control takes twenty fits: its figure is made up."""
    monkeypatch.setattr(measure, "control", lambda *given, **known: Control(permuted=0.5))


def follow(app):
    """Go where the page sends the browser: AppTest clicks no link by itself."""
    (page,) = {link.proto.page for link in app.get("page_link") if "arrow_forward" in link.proto.label}
    app.switch_page(f"pages/{page}/page.py").run()


def words(app):
    """Everything a person can read on the page."""
    kinds = ("markdown", "caption", "error", "warning", "info", "success", "text")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))


def preview(app):
    """The first rows of a table on the corpus page, as HTML."""
    return "".join(html.proto.body for html in app.get("html") if 'class="preview"' in html.proto.body)


def keys(app):
    """Keys of all buttons."""
    return {button.key for button in app.button}


def csv(frame):
    return frame.to_csv(index=False).encode()


def upload(app, name, content):
    app.run()
    app.switch_page(CORPUS).run()
    app.file_uploader(key="corpus_upload").upload(name, content, "text/csv").run()
    return app


@pytest.fixture
def guide(app, prepared):
    app.run()
    app.switch_page(GUIDE).run()
    return app


def name_label(app, names):
    """Name a label, or several with commas between them; an analysis without an instruction gets one."""
    if "guide_new_label" not in {field.key for field in app.text_input}:
        app.text_input(key="guide_instruction").set_value("by feeling").run()
    app.text_input(key="guide_new_label").set_value(names).run()


def open_fitted(app, store, labelled, page, *, measured=False):
    """The app on a page, with a Fit of the labelled analysis."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    if measured:
        key = store.analysis(labelled).fit_key
        cache.runner().submit("measure", "x", analysis_id=labelled, fit_key=key)
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    return app


def shown_text(app, corpus):
    return next(text.value for text in app.text if text.value in set(corpus.texts))
