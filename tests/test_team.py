"""A shared server, with a sign-in service on this machine: nobody sees another's texts."""

import itertools
import json
import urllib.error
import urllib.request

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.storage import Store
from core.storage.team import Registry, SharedCorpus, identify, share_corpus
from core.tasks import TASKS
from core.utils.server_rules import RULES_FILE, ServerRules
from tests.conftest import make_frame
from tests.support.app_server import running_app
from tests.support.oidc_provider import OidcProvider
from tests.support.signed_in import Listener, sign_in

pytestmark = pytest.mark.model
SECRET = b"Quokka"  # only in what is Ada's
ADA = {"sub": "1", "email": "ada@example.org", "email_verified": True, "name": "Ada"}
BO = {"sub": "2", "email": "bo@example.org", "email_verified": True, "name": "Bo"}
EVE = BO | {"sub": "3", "email_verified": False}
PAGES = ("corpus", "guide", "maps", "evidence", "export")


def nothing(*progress):
    """A report that nobody reads."""


class Server:
    """A shared server; `corpora` of Ada and Bo are encoded and labelled before it starts."""

    def __init__(self, home, provider):
        self.home, self.provider, self.address = home, provider, ""
        self.corpora = {}
        for person, word in ((ADA, "Quokka"), (BO, "Weather")):
            self.corpora[person["sub"]] = self.prepare(self.store(person), word)

    def member(self, person):
        claims = {"is_logged_in": True, "iss": self.provider.url, "iat": 0} | person
        return identify(claims, ServerRules(), now=0)

    def store(self, person):
        return Store(self.member(person).home(self.home))

    def prepare(self, store, word):
        frame = make_frame(60)
        frame["text"] = word + " " + frame["text"]
        corpus = build_corpus(Table(f"{word}.csv", frame, "UTF-8", ()), "text")
        store.add_corpus(corpus)
        TASKS["prepare"](store, nothing, corpus_key=corpus.key, encoder="words")
        analysis = store.add_analysis(corpus.key, f"by {word}")
        for name in (f"{word} good", f"{word} bad"):
            store.label_names.add(analysis, name)
        store.labels.give(analysis, {0: f"{word} good", 3: f"{word} bad"}, "before")
        return corpus.key

    def listen(self, cookies):
        return Listener(self.address, "Ada", cookies)

    def sign_in(self, person):
        return sign_in(self.address, self.provider, person)

    def events(self):
        files = sorted((self.home / "audit").iterdir())
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.fixture
def server(home, tmp_path):
    provider, secrets = OidcProvider(), tmp_path / "secrets.toml"
    secrets.write_text(provider.secrets("http://127.0.0.1:{port}"))
    server = Server(home, provider)
    (home / RULES_FILE).write_text("sign_in_hours = 2\n")
    with running_app(
        home, log=tmp_path / "app.log", environment={"STREAMLIT_SECRETS_FILES": str(secrets)}
    ) as server.address:
        yield server
    provider.close()


def walk(session):
    for page in PAGES:
        session.open(page)


def test_nobody_sees_another_persons_texts(server):
    """The folder of each person has analysis 1, and so on: every number that can be guessed is taken."""
    ada, bo = server.sign_in(ADA), server.sign_in(BO)
    with server.listen(ada) as session:
        walk(session)
        assert SECRET in session.seen and b"Weather" not in session.seen and session.errors == []
    name = "_streamlit_user"
    forged = bo | {name: bo[name][:-6] + "AAAAAA"}
    unsigned = bo | {name: json.dumps(ADA | {"is_logged_in": True, "iss": server.provider.url, "iat": 2**40})}
    without_token = {each: value for each, value in ada.items() if each != "_streamlit_xsrf"}
    for cookies, gets_in in (
        (bo, True),
        (forged, False),
        (unsigned, False),
        (without_token, False),
        ({}, False),
    ):
        with server.listen(cookies) as session:
            walk(session)
            assert SECRET not in session.seen, "Ada's texts, labels or file names"
            assert session.shows("sign_out") is gets_in is (b"Weather" in session.seen)


def test_keys_and_files_of_others_open_nothing(server):
    ada, bo = server.sign_in(ADA), server.sign_in(BO)
    key = server.corpora["1"]
    with server.listen(ada) as first, server.listen(bo) as second:
        walk(first)
        walk(second)
        # Widgets of Ada's page, sent by Bo: his session has never drawn them.
        drawn = {each: found for each, found in first._widgets.items() if each not in second._widgets}
        second._widgets.update(drawn)
        for widget in drawn:
            second.click(widget)
        for guess in (f"open_{key}", f"switch_to_{key}", f"remove_{key}", "analysis_1", f"cancel_{key}"):
            second._widgets[guess] = f"$$ID-{'0' * 32}-{guess}", ""
            second.click(guess)
        assert SECRET not in second.seen
    assert server.store(ADA).find_corpus(key) is not None
    for guess in ("0" * 56 + ".csv", "../people", f"{key}.csv"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{server.address}/media/{guess}", timeout=30)


def test_a_corpus_is_shared_and_taken_back(server):
    ada, registry = server.member(ADA), Registry(server.home)
    cookies = {each["sub"]: server.sign_in(each) for each in (ADA, BO, EVE)}
    with server.listen(cookies["1"]) as session, server.listen(cookies["2"]) as visitor:
        session.open("corpus")
        key = server.corpora["1"]
        session.type(f"share_email_{key}", " Bo@Example.org ")
        session.click(f"share_with_{key}")
        (shared,) = registry.corpora_of(server.member(BO))
        assert shared == SharedCorpus(shared.id, ada.id, "ada@example.org", key, "Quokka.csv")

        visitor.open("corpus")
        assert not visitor.shows(f"people_{shared.id}") and not visitor.shows(f"remove_shared_{shared.id}")
        visitor.click(f"open_shared_{shared.id}")
        visitor.open("guide")
        assert SECRET in visitor.seen
        visitor.click("guide_label_0")
        store = Store(shared.home(server.home))
        (analysis,) = store.analyses(key)
        given = store.labels.read(analysis.id).table
        assert sorted(given["given_by"]) == ["before", "before", "bo@example.org"]

        with server.listen(cookies["3"]) as stranger:  # says Bo's address, and nobody vouches for it
            walk(stranger)
            assert stranger.shows("sign_out") and SECRET not in stranger.seen

        session.open("corpus")
        session.click(f"take_back_{shared.id}_bo@example.org")
        visitor.seen = b""
        visitor.click("guide_label_0")
        walk(visitor)
        assert SECRET not in visitor.seen.replace(b"guide", b"") and b"Weather" in visitor.seen
        assert len(store.labels.read(analysis.id).table) == 3
        assert len(server.store(BO).labels.read(1).table) == 2  # the click meant a text of the other corpus
    actions = [(each["action"], each["name"]) for each in server.events()]
    assert ("share", "ada@example.org") in actions and ("take back", "ada@example.org") in actions
    assert SECRET.decode() + " " not in json.dumps(server.events())


def test_a_sign_in_ends_when_its_person_says_so_or_its_hours_are_over(server):
    cookies = server.sign_in(BO)
    with server.listen(cookies) as tab, server.listen(cookies) as other:
        tab.click("sign_out")
        other.seen = b""
        walk(other)
        assert not other.shows("sign_out") and b"Weather" not in other.seen
    with server.listen(cookies) as copied:
        walk(copied)
        assert b"Weather" not in copied.seen
    server.provider.issued_before = 3 * 3600
    with server.listen(server.sign_in(BO)) as late:
        walk(late)
        assert b"more than 2 hours ago" in late.seen and b"Weather" not in late.seen


def test_without_its_rules_or_its_sign_in_service_nobody_gets_in(server):
    cookies = server.sign_in(BO)
    (server.home / RULES_FILE).write_text("sign_in_hours = 'long'")
    with server.listen(cookies) as session:
        walk(session)
        assert not session.shows("sign_out") and b"Weather" not in session.seen


def test_rules_without_a_sign_in_service_let_nobody_in(home, tmp_path):
    (home / RULES_FILE).touch()
    with (
        running_app(home, environment={"STREAMLIT_SECRETS_FILES": str(tmp_path / "none.toml")}) as address,
        Listener(address, "x") as session,
    ):
        walk(session)
        assert b"nobody can sign in" in session.seen and not session.shows("corpus_upload")


def test_what_is_shared_keeps_its_numbers(home, corpus, prepared, labelled, store):
    """The analysis of a shared corpus goes on under the number that its jobs and panels know."""
    server = Registry(home)
    member = identify({"is_logged_in": True, "iss": "i", "sub": "s", "iat": 0}, ServerRules(), now=0)
    server.note_sign_in(member)
    own = Store(member.home(home))
    own.add_corpus(corpus)
    numbers = [own.add_analysis(corpus.key, f"by {each}") for each in itertools.islice("abc", 3)]
    shared = share_corpus(home, server, member, corpus.key)
    assert [each.id for each in Store(shared.home(home)).analyses(corpus.key)] == numbers
