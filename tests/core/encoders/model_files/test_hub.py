"""Models on the hub: revisions, commits, and what is asked of the network."""

import json
import pickle
import shutil
import time

import pytest

from core.__main__ import main
from core.encoders import (
    commit_in,
    describe_encoder,
    download_model,
    load_encoder,
    pinned_name,
    title_of,
    vectors_source,
)
from core.encoders.model_files import hub as files_of_hub
from core.encoders.model_files import read_settings
from core.errors import Cancelled, EncoderUnavailable
from core.utils.server_rules import start_rules
from tests.support.hub_server import HubServer, contents_of
from tests.support.rude_server import OK, RudeServer, drip
from tests.support.tiny_models import save_sentence_model

FIRST, SECOND = "1" * 40, "2" * 40


@pytest.fixture
def hub(tmp_path, monkeypatch):
    server = HubServer()
    server.use(monkeypatch, tmp_path / "cache")
    yield server
    server.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return contents_of(save_sentence_model(tmp_path_factory.mktemp("hub")))


@pytest.fixture(scope="module")
def changed(model):
    """The same model with one number of its settings changed."""
    return model | {"README.md": b"newer", "config.json": model["config.json"] + b" "}


@pytest.mark.model
def test_a_model_is_loaded_only_after_it_was_downloaded(hub, model):
    hub.add("owner/tiny", FIRST, model)
    with pytest.raises(EncoderUnavailable, match=r"owner/tiny is not on this machine .*: download it"):
        load_encoder("owner/tiny")
    assert not describe_encoder("owner/tiny").on_this_machine
    assert hub.asked == []
    download_model("owner/tiny")
    assert load_encoder("owner/tiny").encode(["late"]).shape == (1, 32)


@pytest.mark.parametrize("name", ["owner/tiny", "sentence:owner/tiny", "owner/tiny@main"])
def test_the_commit_of_a_download_becomes_part_of_its_name(hub, model, name):
    hub.add("owner/tiny", FIRST, model)
    assert pinned_name(name) == name and commit_in(name) == ""
    download_model(name)
    pinned = pinned_name(name)
    assert pinned == f"{name.removesuffix('@main')}@{FIRST}"
    assert commit_in(pinned) == FIRST and pinned_name(pinned) == pinned
    assert describe_encoder(pinned).on_this_machine
    assert title_of(pinned) == "tiny@111111111111"


@pytest.mark.model
def test_a_changed_main_branch_changes_no_pinned_model(hub, model, changed):
    hub.add("owner/tiny", FIRST, model)
    download_model("owner/tiny")
    pinned = pinned_name("owner/tiny")
    before, source = load_encoder(pinned).key, vectors_source(pinned)
    hub.add("owner/tiny", SECOND, changed)
    download_model(f"owner/tiny@{SECOND}")
    from huggingface_hub import snapshot_download

    snapshot_download("owner/tiny")  # another program follows the main branch
    assert pinned_name("owner/tiny") == f"owner/tiny@{SECOND}"
    assert load_encoder(pinned).key == before and vectors_source(pinned) == source
    assert load_encoder("owner/tiny").key != before


def test_branches_tags_and_commits_are_revisions(hub, model, changed):
    hub.add("owner/tiny", FIRST, model, ["main"])
    hub.add("owner/tiny", SECOND, changed, ["v2"])
    for revision, commit in {"v2": SECOND, FIRST: FIRST, SECOND: SECOND, "main": FIRST}.items():
        name = f"owner/tiny@{revision}"
        download_model(name)
        assert pinned_name(name) == f"owner/tiny@{commit}"


def test_an_unknown_revision_is_named(hub, model):
    hub.add("owner/tiny", FIRST, model)
    hub.files["/api/models/owner/tiny/revision/v9"] = (404, {"X-Error-Code": "RevisionNotFound"}, b"{}")
    with pytest.raises(EncoderUnavailable, match="has no revision “v9”"):
        download_model("owner/tiny@v9")


def test_a_shared_server_downloads_no_model_that_it_does_not_list(hub, model, tmp_path, monkeypatch):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path / "home"))
    start_rules(tmp_path / "home")
    hub.add("team/tiny", FIRST, model)
    with pytest.raises(EncoderUnavailable, match="not allowed"):
        download_model("team/tiny")
    assert hub.asked == []


def test_code_and_pickles_beside_safe_weights_are_not_fetched(hub, model):
    hub.add("owner/tiny", FIRST, model | {"modeling_own.py": b"raise SystemExit", "pytorch_model.bin": b"x"})
    download_model("owner/tiny")
    fetched = [path for _, path in hub.asked]
    assert not [path for path in fetched if path.endswith((".py", ".bin"))]
    assert any(path.endswith("model.safetensors") for path in fetched)


class Evil:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return open, (str(self.trace), "w")


@pytest.mark.model
@pytest.mark.parametrize("place", ["pytorch_model.bin", "2_Dense/pytorch_model.bin"])
def test_a_pickle_is_read_as_weights_only(tmp_path, model, place):
    import torch

    folder, trace = tmp_path / "evil", tmp_path / "was run"
    for name, content in model.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if place.startswith("2_Dense"):
        modules = json.loads((folder / "modules.json").read_text())
        modules.append(
            {
                "idx": len(modules),
                "name": "2",
                "path": "2_Dense",
                "type": "sentence_transformers.models.Dense",
            }
        )
        (folder / "modules.json").write_text(json.dumps(modules))
        (folder / "2_Dense").mkdir(exist_ok=True)
        settings = {"in_features": 32, "out_features": 8, "bias": True}
        settings["activation_function"] = "torch.nn.modules.activation.Tanh"
        (folder / "2_Dense" / "config.json").write_text(json.dumps(settings))
    else:
        (folder / "model.safetensors").unlink()
    torch.save({"linear.weight": Evil(trace)}, folder / place, pickle_module=pickle)
    with pytest.raises(EncoderUnavailable, match="cannot be read"):
        load_encoder(str(folder))
    assert not trace.exists()


def test_the_command_downloads_a_model_and_writes_its_commit(hub, model, capsys):
    hub.add("owner/tiny", FIRST, model)
    assert main(["download", "owner/tiny"]) == 0
    assert capsys.readouterr().out == f"owner/tiny@{FIRST}\n"
    hub.close()
    assert main(["download", "owner/tiny"]) == 0
    assert main(["download", "owner/none"]) == 1
    assert "owner/none" in capsys.readouterr().err


def test_a_redirect_to_where_machines_keep_their_secrets_is_not_followed(hub, model):
    hub.add("owner/tiny", FIRST, model)
    for path in [path for path in hub.files if path.endswith("config.json")]:
        _, headers, content = hub.files[path]
        away = {"Location": "http://169.254.169.254/latest/config.json"}
        sizes = {"X-Linked-Size": str(len(content)), "X-Linked-Etag": headers["ETag"]}
        hub.files[path] = (302, headers | away | sizes, b"")
    with pytest.raises(EncoderUnavailable, match=r"169\.254\.169\.254 is an address .* never asked"):
        download_model("owner/tiny")


def test_a_model_that_does_not_fit_the_disk_is_refused_before_it_comes(hub, model, tmp_path, monkeypatch):
    hub.add("owner/tiny", FIRST, model)
    usage = shutil.disk_usage(".")._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    asked = {"repository": "owner/tiny", "revision": "", "endpoint": hub.url, "cache": str(tmp_path)}
    with pytest.raises(EncoderUnavailable, match="the disk of"):
        files_of_hub.fetch(lambda *progress: None, **asked, seconds=60.0)
    assert not any("resolve" in path for _, path in hub.asked)


def test_settings_nested_without_end_or_of_gigabytes_count_as_none(tmp_path):
    file = tmp_path / "config.json"
    file.write_text("[" * 100_000)
    assert read_settings(file) == {}
    with file.open("wb") as content:
        content.truncate(2**32)  # takes no room on the disk
    assert read_settings(file) == {}


@pytest.fixture
def dripping(hub, model, monkeypatch):
    """The hub sends the weights a byte now and then; returns what makes it send them whole."""
    monkeypatch.setattr(files_of_hub, "SECONDS_STALLED", 5.0)  # the other files come before
    hub.add("owner/tiny", FIRST, model)
    whole = {path: answer for path, answer in hub.files.items() if path.endswith("model.safetensors")}
    for path, (status, headers, content) in whole.items():
        slow = headers | {"Content-Length": str(len(content))}
        hub.files[path] = (status, slow, drip(content[:100], seconds=0.1))
    return lambda: hub.files.update(whole)


def test_a_download_that_stalls_is_stopped_and_goes_on_with_the_missing_files(hub, dripping, tmp_path):
    begun = time.monotonic()
    with pytest.raises(EncoderUnavailable, match=r"stopped: less than 10 kB a second .* try again") as raised:
        download_model("owner/tiny")
    assert time.monotonic() - begun < 60 and str(raised.value).count(". ") == 1
    assert not list(tmp_path.rglob("*.incomplete"))
    dripping()
    hub.asked.clear()
    download_model("owner/tiny")
    fetched = {path for method, path in hub.asked if method == "GET" and "/resolve/" in path}
    assert {path.rpartition("/")[2] for path in fetched} == {"model.safetensors"}


def test_a_download_is_cancelled_while_it_stalls(dripping, tmp_path, monkeypatch):
    monkeypatch.setattr(files_of_hub, "SECONDS_STALLED", 600.0)
    told = []

    def report(stage, done, total):
        told.append((stage, done, total))
        if done:  # something came
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        download_model("owner/tiny", report)
    assert told[-1][0] == "Downloading from 127.0.0.1" and 0 < told[-1][1] < told[-1][2]
    assert not list(tmp_path.rglob("*.incomplete"))


def test_a_hub_that_sends_heads_without_end_is_left(tmp_path, monkeypatch):
    server = RudeServer()
    HubServer.use(server, monkeypatch, tmp_path)
    monkeypatch.setattr(files_of_hub, "SECONDS_STALLED", 1.0)
    server.say = lambda: drip(OK, b"X-More: x\r\n", 0.1)
    with pytest.raises(EncoderUnavailable, match="stopped: less than"):
        download_model("owner/tiny")
    assert server.asked and server.left_alone()
    server.close()
