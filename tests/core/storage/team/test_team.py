"""Several people on one server: who they are, what they share."""

import json
import threading

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.errors import StoreError
from core.storage import Store
from core.storage.team import (
    Member,
    NotShared,
    Registry,
    SignInRefused,
    identify,
    record,
    remove_shared,
    share_corpus,
)
from core.utils.server_rules import ServerRules
from tests.conftest import make_frame

NOW = 1_800_000_000
CLAIMS = {
    "is_logged_in": True,
    "iss": "https://id.example",
    "sub": "17",
    "iat": NOW - 60,
    "email": "Ada@Example.org",
    "email_verified": True,
    "name": "Ada",
}


def who(rules=None, **changed):
    return identify(CLAIMS | changed, rules or ServerRules(), now=NOW)


@pytest.fixture
def ada():
    return who()


@pytest.fixture
def bo():
    return who(sub="18", email="bo@example.org")


@pytest.fixture
def registry(tmp_path, ada, bo):
    registry = Registry(tmp_path)
    for member in (ada, bo):
        registry.note_sign_in(member)
    return registry


@pytest.fixture
def own(tmp_path, ada, corpus):
    """Store of Ada, with a labelled corpus and another one."""
    store = Store(ada.home(tmp_path))
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by feeling")
    store.label_names.add(analysis, "angry")
    store.labels.give(analysis, {0: "angry", 3: "angry"}, ada.name)
    return store


def test_a_person_is_known_by_the_provider_and_its_number():
    assert who().id == who(email="new@example.org", name="Countess").id
    assert (
        len(
            {
                who().id,
                who(sub="18").id,
                who(iss="https://id.other").id,
                who(iss="https://id.example1", sub="7").id,
            }
        )
        == 4
    )
    assert who().email == who().name == "ada@example.org"
    assert "/" not in who(sub="../../etc").id and ".." not in who(sub="../../etc").id


@pytest.mark.parametrize(
    "changed",
    [
        {"is_logged_in": False},
        {"is_logged_in": "True"},
        {"sub": ""},
        {"iss": None},
        {"iat": None},
        {"iat": NOW - 13 * 3600},
    ],
)
def test_nobody_gets_in_without_a_recent_sign_in(changed):
    with pytest.raises(SignInRefused):
        who(**changed)


def test_only_verified_addresses_of_members_get_in():
    rules = ServerRules(members=("@example.org", "guest@other.org"))
    assert who(rules).email == "ada@example.org"
    assert who(rules, email="guest@other.org").email == "guest@other.org"
    for email in ("eve@notexample.org", "eve@example.org.evil.net", "other@other.org", ""):
        with pytest.raises(SignInRefused):
            who(rules, email=email)
    with pytest.raises(SignInRefused):
        who(rules, email_verified=False)


def test_an_address_that_nobody_checked_is_no_address():
    eve = who(sub="66", email_verified=False)
    assert eve.email == "" and "example.org" not in eve.name
    assert who(email_verified=None).email == ""
    assert who(ServerRules(email_always_verified=True), email_verified=None).email == "ada@example.org"
    assert who(ServerRules(email_always_verified=True), email_verified=False).email == ""


def test_a_shared_corpus_takes_all_along_and_leaves_the_rest(tmp_path, registry, ada, own, corpus):
    table = own.labels.read(own.analyses(corpus.key)[0].id).table
    shared = share_corpus(tmp_path, registry, ada, corpus.key)
    moved = Store(shared.home(tmp_path))
    assert own.corpora() == [] and [entry.key for entry in moved.corpora()] == [corpus.key]
    assert list(moved.load_corpus(corpus.key).texts) == list(corpus.texts)
    (analysis,) = moved.analyses(corpus.key)
    assert moved.labels.read(analysis.id).table.equals(table)
    assert not (own.home / "corpora" / corpus.key).exists()
    moved.labels.give(analysis.id, {5: "angry"}, "bo@example.org")


def test_the_folder_of_a_shared_corpus_holds_no_word_of_others(tmp_path, registry, ada, own, corpus):
    secret = build_corpus(Table("xyzzy-salaries.csv", make_frame(30, seed=5), "UTF-8", ()), "text")
    own.add_corpus(secret)
    own.label_names.add(own.add_analysis(secret.key, "by xyzzy rank"), "xyzzy boss")
    shared = share_corpus(tmp_path, registry, ada, corpus.key)
    written = b"".join(path.read_bytes() for path in shared.home(tmp_path).rglob("*") if path.is_file())
    assert b"xyzzy" not in written
    assert [entry.name for entry in own.corpora()] == ["xyzzy-salaries.csv"]


def test_no_label_is_lost_when_one_is_given_while_the_corpus_moves(tmp_path, registry, ada, own, corpus):
    """Each is in the new folder, or its person was told that the corpus is gone."""
    (analysis,) = own.analyses(corpus.key)
    given, begun = [], threading.Event()

    def label():
        store = Store(own.home)
        for row in range(10, 60):
            try:
                store.labels.give(analysis.id, {row: "angry"}, ada.name)
            except Exception:
                return
            given.append(row)
            begun.set()

    thread = threading.Thread(target=label)
    thread.start()
    begun.wait(20)
    shared = share_corpus(tmp_path, registry, ada, corpus.key)
    thread.join()
    assert given and set(given) <= set(Store(shared.home(tmp_path)).labels.read(analysis.id).table["row"])


def test_a_move_that_fails_changes_nothing(tmp_path, registry, ada, own, corpus, monkeypatch):
    def fail(shared):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(registry, "add_corpus", fail)
    with pytest.raises(StoreError):
        share_corpus(tmp_path, registry, ada, corpus.key)
    assert len(own.load_corpus(corpus.key).texts) == len(corpus.texts)
    assert own.labels.read(own.analyses(corpus.key)[0].id).n_labels == 2
    assert list((tmp_path / "shared").iterdir()) == []


def test_sharing_counts_until_it_is_taken_back(tmp_path, registry, ada, bo, own, corpus):
    shared = share_corpus(tmp_path, registry, ada, corpus.key)
    with pytest.raises(NotShared):
        registry.open(shared.id, bo)
    registry.share(shared, ada, " BO@example.org ")
    assert registry.open(shared.id, bo) == registry.open(shared.id, ada) == shared
    assert registry.shared_with(shared, ada) == ["bo@example.org"]
    registry.take_back(shared, ada, "bo@example.org")
    assert registry.corpora_of(bo) == []
    with pytest.raises(NotShared):
        registry.open(shared.id, bo)


def test_an_unverified_address_receives_nothing(tmp_path, registry, ada, own, corpus):
    shared = share_corpus(tmp_path, registry, ada, corpus.key)
    registry.share(shared, ada, "bo@example.org")
    eve = who(sub="66", email="bo@example.org", email_verified=False)
    assert registry.corpora_of(eve) == []


def test_only_the_owner_changes_who_may_open_a_corpus(tmp_path, registry, ada, bo, own, corpus):
    shared = share_corpus(tmp_path, registry, ada, corpus.key)
    registry.share(shared, ada, "bo@example.org")
    for step in (
        lambda: registry.share(shared, bo, "eve@example.org"),
        lambda: registry.take_back(shared, bo, "bo@example.org"),
        lambda: registry.shared_with(shared, bo),
        lambda: remove_shared(tmp_path, registry, bo, shared),
    ):
        with pytest.raises(NotShared):
            step()
    with pytest.raises(NotShared, match="no e-mail address"):
        registry.share(shared, ada, "bo")
    remove_shared(tmp_path, registry, ada, shared)
    assert not shared.home(tmp_path).exists() and registry.corpora_of(ada) == []


def test_signing_out_ends_that_sign_in_only(registry, ada, bo):
    registry.end_sign_in(ada)
    assert registry.has_ended(ada) and not registry.has_ended(bo)
    assert not registry.has_ended(who(iat=NOW - 1))


def test_the_audit_keeps_one_line_an_event(tmp_path, ada):
    threads = [
        threading.Thread(
            target=record, args=[tmp_path, ada, "export"], kwargs={"corpus": "a\nb", "rows": row}
        )
        for row in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (file,) = (tmp_path / "audit").iterdir()
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert sorted(event["rows"] for event in events) == list(range(20))
    assert {event["name"] for event in events} == {"ada@example.org"}
    assert file.stat().st_mode & 0o077 == 0


def test_what_cannot_be_recorded_is_an_error(tmp_path, ada):
    (tmp_path / "audit").write_text("in the way")
    with pytest.raises(StoreError, match="recorded"):
        record(tmp_path, ada, "export")


def test_a_member_says_where_the_folder_is(tmp_path):
    assert Member("abc", "", "x", "y").home(tmp_path) == tmp_path / "people" / "abc"
