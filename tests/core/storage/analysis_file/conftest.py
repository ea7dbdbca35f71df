"""A file of a small analysis, and an empty data folder to open it in."""

import pytest

from core.storage import Store
from core.storage.analysis_file import save_analysis
from tests.support.saved_analysis import check_at_once, fill


@pytest.fixture
def inline(monkeypatch):
    check_at_once(monkeypatch)


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
