"""The whole story with canaries: nothing connects elsewhere, nothing is written where it does not belong."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.support.whole_story import ENDPOINT_KEY, KEY, LABEL, TEXT

pytestmark = pytest.mark.model
KEYS = (KEY, ENDPOINT_KEY)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Folder of one walk through the story: home, export.csv, out (what was printed), sockets."""
    folder = tmp_path_factory.mktemp("story")
    watch = ROOT / "tests" / "support" / "watch_sockets"
    environment = {**os.environ, "PYTHONPATH": str(watch), "WATCHED_SOCKETS": str(folder / "sockets")}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "REFRACT_EMBEDDINGS_KEY"):
        environment.pop(name, None)  # the packaged model is found without a look-up all the same
    command = [sys.executable, "-m", "tests.support.whole_story", str(folder / "home")]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=580)
    assert told.returncode == 0, told.stderr[-3000:]
    (folder / "out").write_text(told.stdout.rpartition("\n{")[0] + told.stderr)
    (folder / "told.json").write_text(told.stdout[told.stdout.rindex('{"messages"') :])
    return folder


def told(story):
    return json.loads((story / "told.json").read_text())


def test_the_story_happened_and_failed_where_it_should(story):
    happened = [(task, status) for task, status, _ in told(story)["messages"]]
    assert happened[:3] == [("prepare", "done"), ("fit", "done"), ("measure", "done")]
    assert [status for task, status in happened if task == "annotate"] == ["failed", "failed", "done"]
    assert [status for _, status in happened[6:]] == ["failed"] * 4
    unexpected = [message for *_, message in told(story)["messages"] if re.search(r"\(E-\w{6}\)", message)]
    assert len(unexpected) == 2
    assert TEXT in (story / "export.csv").read_text()


def test_no_process_looks_up_or_connects_to_anything_but_this_machine(story):
    assert not (story / "sockets").exists(), (story / "sockets").read_text()


def test_keys_are_on_no_disk_in_no_message_and_no_argument(story):
    holding = [
        path
        for path in sorted(story.rglob("*"))
        if path.is_file() and any(key.encode() in path.read_bytes() for key in KEYS)
    ]
    assert holding == []


def test_the_log_explains_each_failure_without_texts_labels_or_keys(story):
    log = "".join(path.read_text() for path in (story / "home" / "logs").iterdir())
    for number in re.findall(r"E-\w{6}", (story / "told.json").read_text()):
        assert f" {number} " in log
    for said in (log, (story / "out").read_text()):
        for canary in (TEXT, LABEL, *KEYS):
            assert canary.casefold() not in said.casefold()


@pytest.mark.parametrize(
    "step", ["socket.create_connection(('192.0.2.1', 80), 1)", "socket.getaddrinfo('models.example', 80)"]
)
def test_the_watch_itself_sees_and_refuses_what_goes_elsewhere(tmp_path, step):
    watch = {
        "PYTHONPATH": str(ROOT / "tests/support/watch_sockets"),
        "WATCHED_SOCKETS": str(tmp_path / "seen"),
    }
    told = subprocess.run(
        [sys.executable, "-c", f"import socket; {step}"],
        env=os.environ | watch,
        capture_output=True,
        text=True,
    )
    assert "a test forbids" in told.stderr
    assert re.match(r"socket\.\w+ (192\.0\.2\.1|models\.example)\n", (tmp_path / "seen").read_text())
