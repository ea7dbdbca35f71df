"""An encoder that is not on this machine is downloaded when a person says so, and not before."""

import pytest

from core.encoders import pinned_name
from pages.common.encoders import download, encoder_problem
from tests.support.encoder_chooser import choose, chosen
from tests.support.encoder_chooser import chooser as chooser  # the fixture
from tests.support.hub_server import HubServer
from tests.support.page_helpers import words

IS_MISSING = download.is_missing
COMMIT = "1" * 40
MODEL = {"config.json": b'{"architectures": ["BertModel"]}', "model.safetensors": b"weights"}


@pytest.fixture
def hub(home, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "is_missing", IS_MISSING)
    server = HubServer()
    server.use(monkeypatch, tmp_path / "cache")
    server.add("owner/tiny", COMMIT, MODEL)
    yield server
    server.close()


def test_it_asks_with_size_and_place_before_anything_is_fetched(hub, chooser, prepared):
    app = chooser(corpus_key=prepared, start="hkunlp/instructor-large", instruction="by topic")
    said = words(app).replace("\\", "")
    assert "instructor-large is not on this machine" in said and "1.3 GB, from 127.0.0.1" in said
    assert "x_try" not in [button.key for button in app.button]
    assert "download it first" in encoder_problem("hkunlp/instructor-large", "", "by topic")
    assert hub.asked == []


def test_the_button_downloads_and_the_commit_is_part_of_the_choice(hub, chooser, prepared):
    app = chooser(corpus_key=prepared)
    choose(app, "x_encoder", "owner/tiny")
    assert encoder_problem("owner/tiny", instructed=False)
    app.button(key="x_download").click().run(timeout=60)
    assert not app.exception and hub.asked
    assert chosen(app)[0] == f"owner/tiny@{COMMIT}" == pinned_name("owner/tiny")
    assert not encoder_problem(f"owner/tiny@{COMMIT}", instructed=False)
    assert "x_download" not in [button.key for button in app.button]


def test_a_download_that_fails_says_why_and_can_be_tried_again(hub, chooser, prepared):
    missing = (404, {"X-Error-Code": "RepoNotFound"}, b"{}")
    hub.files["/api/models/owner/none"] = hub.files["/api/models/owner/none/revision/main"] = missing
    app = chooser(corpus_key=prepared)
    choose(app, "x_encoder", "owner/none")
    app.button(key="x_download").click().run(timeout=60)
    assert "There is no model owner/none" in app.error[0].value.replace("\\", "")
    assert app.button(key="x_download")
