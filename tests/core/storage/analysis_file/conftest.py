"""A file of a small analysis, and an empty data folder to open it in."""

import importlib

import pytest

from core.storage import Store
from core.storage.analysis_file import open as opening
from core.storage.analysis_file import save_analysis
from tests.support.saved_analysis import fill


@pytest.fixture
def inline(monkeypatch):
    """What a child process checks is checked at once: its start takes seconds."""

    def run(function, report, *, shown, limits, failure, **arguments):
        module, _, name = function.partition(":")
        return getattr(importlib.import_module(module), name)(report, **arguments)

    monkeypatch.setattr(opening, "run_limited", run)


@pytest.fixture
def here(tmp_path, inline):
    store = Store(tmp_path / "here")
    store.analysis_id = fill(store)
    return store


@pytest.fixture
def there(tmp_path):
    return Store(tmp_path / "there")


@pytest.fixture
def file(here, tmp_path):
    save_analysis(here, here.analysis_id, tmp_path / "feeling.refract")
    return tmp_path / "feeling.refract"
