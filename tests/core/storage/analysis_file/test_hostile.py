"""A file that nobody vouches for: one sentence, and nothing of it stays."""

import io
import json
import shutil
import zipfile

import numpy as np
import pytest

from core.corpus.sources import run_limited
from core.errors import StoreError
from core.storage import Store
from core.storage.analysis_file import archive, open_analysis
from core.storage.analysis_file import open as opening
from core.storage.analysis_file.contents import VERSION
from core.storage.corpus_files import save_corpus
from core.utils import Limits
from tests.support.bombs import parquet_of_nothing
from tests.support.saved_analysis import N, make_corpus, rewrite
from tests.support.small_disk import fill as fill_disk
from tests.support.small_disk import mounted


def files(store):
    known = ("refract.sqlite", "in-use.lock")
    return sorted(
        path for path in store.home.rglob("*") if path.is_file() and not path.name.startswith(known)
    )


@pytest.fixture
def refused(there):
    """Open a file that must be refused; return the sentence."""

    def run(path):
        before = files(there)
        with pytest.raises(StoreError) as caught:
            open_analysis(there, path)
        assert there.corpora() == [] and files(there) == before
        message = str(caught.value)
        assert "\n" not in message and len(message) < 400
        return message

    return run


def edited(member, change):
    """A change of one member as JSON, or of each of its lines."""

    def run(name, content):
        if name != member:
            return content
        if name.endswith(".jsonl"):
            rows = [json.loads(line) for line in content.splitlines()]
            change(rows)
            return "".join(json.dumps(row) + "\n" for row in rows).encode()
        document = json.loads(content)
        change(document)
        return json.dumps(document).encode()

    return run


def array(values, *, pickled=False):
    file = io.BytesIO()
    np.save(file, values, allow_pickle=pickled)
    return file.getvalue()


def replaced(member, content):
    return lambda name, old: content if name == member else old


@pytest.mark.parametrize(
    "name", ["../out.npy", "/out.npy", "generic/../../out.npy", "C:\\out", "other/map.npy"]
)
def test_a_strange_name_is_refused(file, tmp_path, refused, name):
    assert "no part of an analysis" in refused(rewrite(file, tmp_path / "bad", add={name: b"x"}))
    assert not list(tmp_path.rglob("out*"))


def test_a_member_twice_is_refused(file, tmp_path, refused):
    bad = rewrite(file, tmp_path / "bad")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(bad, "a") as archive:
        archive.writestr("labels.jsonl", b"")
    assert "a member twice" in refused(bad)


def test_a_later_version_is_named(file, tmp_path, refused):
    assert "later version of Refract" in refused(
        rewrite(file, tmp_path / "b", manifest={"version": VERSION + 1})
    )
    assert "which version" in refused(rewrite(file, tmp_path / "b", manifest={"version": "1"}))
    assert "no analysis saved" in refused(rewrite(file, tmp_path / "b", manifest={"format": "other"}))


def test_another_file_is_refused(tmp_path, refused):
    (tmp_path / "a.refract").write_bytes(b"text,label\nlate,angry\n")
    assert "“a.refract” cannot be opened" in refused(tmp_path / "a.refract")
    with zipfile.ZipFile(tmp_path / "b.refract", "w") as archive:
        archive.writestr("manifest.json", "[" * 100_000)
    assert "cannot be opened" in refused(tmp_path / "b.refract")
    assert "cannot be opened" in refused(tmp_path / "missing.refract")


def test_a_truncated_or_changed_file_is_refused(file, tmp_path, refused):
    content = file.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 30):
        (tmp_path / "cut").write_bytes(content[:length])
        assert "cannot be opened" in refused(tmp_path / "cut")
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("reshaped/vectors.npy")
    flipped = bytearray(content)
    flipped[info.header_offset + 200] ^= 1  # in its numbers
    (tmp_path / "flipped").write_bytes(flipped)
    assert "cannot be opened" in refused(tmp_path / "flipped")


def test_a_wrong_checksum_is_refused(file, tmp_path, refused):
    other = array(np.zeros((N, 2), np.float32))
    for member in ("reshaped/map.npy", "labels.jsonl"):
        content = other if member.endswith("npy") else None
        change = (
            replaced(member, content) if content else edited(member, lambda rows: rows[0].update(name="x"))
        )
        bad = rewrite(file, tmp_path / "bad", change, fix_sums=False)
        assert member in refused(bad)


def test_a_bomb_is_refused_before_it_is_unpacked(file, tmp_path, refused):
    zeros = array(np.zeros(30_000_000, np.float32))
    bad = rewrite(file, tmp_path / "bad", replaced("reshaped/near.npy", zeros))
    assert "it would unpack to 0.1 GB" in refused(bad)


def test_a_member_that_is_longer_than_it_says_is_refused(file, tmp_path, refused):
    bad = rewrite(file, tmp_path / "bad", replaced("reshaped/near.npy", array(np.zeros(4_000_001, np.uint8))))
    size = (4_000_001 + 128).to_bytes(4, "little")
    content = bad.read_bytes()
    assert content.count(size) >= 2
    manifest = json.loads(zipfile.ZipFile(bad).read("manifest.json"))
    manifest["members"]["reshaped/near.npy"]["size"] = 200
    bad = rewrite(bad, tmp_path / "worse", manifest={"members": manifest["members"]}, fix_sums=False)
    bad.write_bytes(bad.read_bytes().replace(size, (200).to_bytes(4, "little")))
    assert "cannot be opened" in refused(bad)


def test_a_pickle_is_never_loaded(file, tmp_path, refused):
    class Trap:
        def __reduce__(self):
            return (shutil.rmtree, (str(tmp_path),))

    pickled = array(np.array([Trap()] * N, dtype=object), pickled=True)
    assert "cannot be opened" in refused(
        rewrite(file, tmp_path / "bad", replaced("reshaped/map.npy", pickled))
    )
    assert file.exists()


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("reshaped/map.npy", array(np.full((N, 2), np.nan, np.float32))),
        ("reshaped/map.npy", array(np.zeros((N + 1, 2), np.float32))),
        ("generic/vectors.npy", array(np.zeros((N, 4), "S3"))),
        ("generic/neighbours.npy", array(np.full((N, 3), N, np.int32))),
        ("generic/k-means-3.npy", array(np.zeros(N - 1, np.int32))),
        ("generic/views-3-4.npy", array(np.zeros((2, N - 1, 3), np.float16))),
        ("reshaped/leaves.npy", array(np.full(N, -1, np.int32))),
        ("reshaped/given.npy", array(np.full(N, 7, np.int64))),
        ("reshaped/probabilities.npy", array(np.zeros((N, 3), np.float32))),
        ("reshaped/estimators.json", b'{"classifier": ["../../../x"]}'),
        ("reshaped/estimators.json", b'{"../x": []}'),
        ("reshaped/evidence.json", b"[1]"),
        ("reshaped/evidence.json", b"[" * 50_000),
        ("words/words3.json", b"[1, 2]"),
        ("corpus/corpus.parquet", b"PAR1 and nothing else"),
        ("corpus/left_out.parquet", None),
        ("reshaped/given.npy", None),
    ],
)
def test_wrong_results_are_refused(file, tmp_path, refused, member, content):
    assert "cannot be opened" in refused(rewrite(file, tmp_path / "bad", replaced(member, content)))


def set_all(**values):
    return lambda rows: [row.update(values) for row in rows]


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("label_events.jsonl", set_all(row=N)),
        ("label_events.jsonl", set_all(row=-1)),
        ("label_events.jsonl", set_all(row=True)),
        ("label_events.jsonl", set_all(label=99)),
        ("label_events.jsonl", set_all(order=0)),
        ("label_events.jsonl", set_all(given_by=["ada"])),
        ("label_events.jsonl", set_all(given_by="\ud800")),
        ("label_events.jsonl", set_all(given_at="yesterday")),
        ("label_events.jsonl", set_all(source="hand")),
        ("label_events.jsonl", set_all(more=1)),
        ("label_events.jsonl", lambda rows: rows.append(3)),
        ("check_labels.jsonl", set_all(answer="maybe")),
        ("check_labels.jsonl", set_all(answer="label", label=None)),
        ("labels.jsonl", lambda rows: [rows[0].update(merged_into=3), rows[3].update(merged_into=0)]),
        ("labels.jsonl", set_all(name="same", hidden_name=None)),
        ("labels.jsonl", set_all(name="x" * 10_000)),
        ("labels.jsonl", set_all(name=" 1", hidden_name=None)),
        ("labels.jsonl", set_all(definition="x" * 501)),
        ("labels.jsonl", set_all(definition=None)),
        ("labels.jsonl", lambda rows: [row.pop("definition") for row in rows]),
        ("clusters.json", lambda found: found["generic"]["edits"][0].update(groups=[[N]])),
        ("clusters.json", lambda found: found["generic"]["edits"][0].update(kind="delete")),
        ("clusters.json", lambda found: found["generic"]["edits"][0].update(names=[])),
        ("clusters.json", lambda found: found["reshaped"].update(choice={"method": "other"})),
        ("analysis.json", lambda found: found["corpus"].update(key="../../x")),
        ("analysis.json", lambda found: found["corpus"].update(n_texts=10)),
        ("analysis.json", lambda found: found["corpus"].update(n_texts="12")),
        ("analysis.json", lambda found: found["analysis"].update(fit_key="..")),
        ("analysis.json", lambda found: found["analysis"].update(method={"kind": "other"})),
        ("analysis.json", lambda found: found.update(shown_fit=None, space_key=None)),
        ("analysis.json", lambda found: found.update(space_key="d" * 24)),
        ("analysis.json", lambda found: found.pop("corpus")),
        ("reshaped/labels.json", lambda found: found.update(arrays=["../../x"])),
        ("reshaped/labels.json", lambda found: found.update(space_key="../x")),
        ("reshaped/labels.json", lambda found: found.update(classes=[0, 9])),
        ("reshaped/labels.json", lambda found: found.update(label_ids=[1_000, 0])),
        ("reshaped/labels.json", lambda found: found.pop("phrases")),
    ],
)
def test_wrong_records_are_refused(file, tmp_path, refused, member, change):
    assert "cannot be opened" in refused(rewrite(file, tmp_path / "bad", edited(member, change)))


def test_other_texts_under_the_key_of_a_corpus_are_refused(file, tmp_path, there):
    there.add_corpus(make_corpus())
    before = files(there)
    other = Store(tmp_path / "forged")
    corpus = make_corpus()
    forged = np.array(["forged " + text for text in corpus.texts], dtype=object)
    save_corpus(other.home / "c", type(corpus)(**vars(corpus) | {"texts": forged}))
    content = (other.home / "c" / "corpus.parquet").read_bytes()
    bad = rewrite(file, tmp_path / "bad", replaced("corpus/corpus.parquet", content))
    with pytest.raises(StoreError, match=r"other texts than “letters\.csv”"):
        open_analysis(there, bad)
    assert there.analyses(corpus.key) == [] and files(there) == before


def test_an_error_in_the_middle_takes_everything_back(file, there, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(opening, "add_clusters", fail)
    with pytest.raises(RuntimeError):
        open_analysis(there, file)
    assert there.corpora() == [] and files(there) == []


def test_a_file_that_does_not_fit_is_refused_before_it_is_unpacked(file, refused, monkeypatch):
    monkeypatch.setattr(archive, "FREE_BYTES", 10**15)
    assert "GB are free here" in refused(file)


def test_the_disk_fills_while_it_is_unpacked(file, tmp_path, inline, monkeypatch):
    folder = tmp_path / "disk"
    folder.mkdir()
    monkeypatch.setattr(archive, "FREE_BYTES", -(10**12))
    with mounted(folder):
        store = Store(folder / "home")
        before = files(store)
        fill_disk(folder).rename(folder / "filler")
        with pytest.raises(StoreError, match="is full: nothing was lost"):
            open_analysis(store, file)
        (folder / "filler").unlink()
        assert files(store) == before and store.corpora() == []
        assert open_analysis(store, file).is_new


@pytest.mark.model
def test_a_parquet_file_that_takes_all_memory_is_stopped(file, tmp_path, there, monkeypatch):
    """In a process of its own, with limits."""
    monkeypatch.setattr(opening, "run_limited", run_limited)
    assert open_analysis(there, file).is_new  # a good one passes
    monkeypatch.setattr(opening, "limits_for", lambda n_bytes: Limits(200 * 2**20, 60.0))
    store = Store(tmp_path / "third")
    bomb = parquet_of_nothing(2**27)
    bad = rewrite(file, tmp_path / "bad", replaced("corpus/corpus.parquet", bomb))
    with pytest.raises(StoreError, match=r"takes more than|cannot be opened"):
        open_analysis(store, bad)
    assert store.corpora() == []
