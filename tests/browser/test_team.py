"""A shared server in two browsers: Ada's corpus is hers, until she shares it, and hers again afterwards."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.storage import Store
from tests.conftest import make_frame
from tests.support.app_server import open_browser, running_app
from tests.support.oidc_provider import OidcProvider

pytestmark = pytest.mark.browser
expect.set_options(timeout=60_000)
SECRET = "Quokka"  # in Ada's texts, labels and names only
ADA = {"sub": "1", "email": "ada@example.org", "email_verified": True, "name": "Ada"}
BOB = {"sub": "2", "email": "bob@example.org", "email_verified": True, "name": "Bob"}
WARM_UP = 240_000  # milliseconds: the worker starts, and numba compiles
PAGES = ("corpus", "guide", "maps", "evidence", "export")


@pytest.fixture
def provider():
    provider = OidcProvider()
    yield provider
    provider.close()


@pytest.fixture
def address(tmp_path, provider):
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(provider.secrets("http://127.0.0.1:{port}"))
    environment = {"STREAMLIT_SECRETS_FILES": str(secrets)}
    with running_app(tmp_path / "home", log=tmp_path / "app.log", environment=environment) as address:
        yield address


def word(person):
    """What is shown of an address, up to where the page keeps it from becoming a link."""
    return person["email"].partition("@")[0] + "@"


class Person:
    """Somebody's browser; `received` is all that the server sent over sockets, `asked` are all addresses."""

    def __init__(self, context, address):
        self.context, self.address, self.asked, self.received = context, address, [], b""
        self.page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._take_in))

    def _take_in(self, content):
        self.received += content if isinstance(content, bytes) else content.encode()

    def sign_in(self, provider, person):
        provider.person = person
        self.page.goto(self.address)
        self.find("sign_in_button").click()
        self.page.locator(".st-key-account").get_by_text(word(person)).wait_for()

    def find(self, key, inner="button"):
        return self.page.locator(f".st-key-{key} {inner}").first

    def open(self, name):
        self.page.goto(f"{self.address}/{name}")
        self.page.locator('[data-testid="stSidebar"]').wait_for()
        self.page.locator('[data-testid="stStatusWidget"]').wait_for(state="detached")

    def follow(self, name):
        """Open a page in the session that is there; a fresh one has another corpus open."""
        self.page.get_by_role("link", name=name).first.click()

    def status(self, path):
        return self.context.request.get(path if "://" in path else self.address + path).status

    def sees(self, word):
        return word in self.page.content() or word.encode() in self.received


def test_a_corpus_is_its_persons_then_shared_then_hers_again(address, provider, tmp_path):
    with open_browser(accept_downloads=True) as page:
        browser = page.context.browser
        ada, bob, nobody = (
            Person(browser.new_context(viewport={"width": 1440, "height": 900}), address) for _ in range(3)
        )
        ada.sign_in(provider, ADA)
        bob.sign_in(provider, BOB)
        key = prepare_and_label(ada, tmp_path)
        export(ada, bob, nobody)
        (line,) = [each for each in audit(tmp_path) if each["action"] == "export"]
        assert (line["name"], line["key"], line["rows"]) == (ADA["email"], key, 24)
        assert SECRET not in json.dumps(line).replace(f"{SECRET}.csv", "")

        for name in PAGES:
            bob.open(name)
        expect(bob.page.locator("body")).not_to_contain_text(SECRET)
        guess_addresses(ada, bob, nobody, key)
        assert not bob.sees(SECRET) and not nobody.sees(SECRET)

        share(ada, key)
        label_as_guest(bob, tmp_path)
        ada.follow("Guide")
        expect(ada.page.locator(".st-key-guide_people")).to_contain_text(word(BOB))

        ada.follow("Corpus")
        ada.page.get_by_role("button", name="People").click()
        ada.page.get_by_role("button", name="Take back").click()
        ada.page.get_by_role("button", name="Take back").wait_for(state="detached")
        bob.find("guide_label_0").click()  # the page of before is still there
        expect(bob.page.locator(".st-key-guide_card")).not_to_be_visible()
        bob.received = b""
        for name in ("guide", "maps"):
            bob.open(name)
        assert not bob.sees(SECRET)

        ada.page.bring_to_front()
        sign_out(ada)
    assert SECRET not in (tmp_path / "app.log").read_text()


def prepare_and_label(ada, folder):
    """Upload texts, encode them, label one; return the key of the corpus."""
    frame = make_frame(24)[["text"]]
    frame["text"] = f"{SECRET} " + frame["text"]
    file = folder / f"{SECRET}.csv"
    frame.to_csv(file, index=False)
    ada.find("corpus_upload", "input[type=file]").set_input_files(file)
    ada.find("corpus_encode").click()
    ada.page.wait_for_url("**/maps", timeout=WARM_UP)
    ada.page.locator('[data-state="drawn"]').wait_for()
    ada.find("next_step").click()
    for field, text in (("guide_instruction", f"by {SECRET}"), ("guide_new_label", "good, bad")):
        ada.find(field, "input").fill(text)
        ada.find(field, "input").press("Enter")
    ada.find("guide_label_0").click()
    ada.find("guide_undo").wait_for()
    (corpus,) = [
        each for folder in (folder / "home" / "people").iterdir() for each in Store(folder).corpora()
    ]
    return corpus.key


def export(ada, bob, nobody):
    """Ada downloads her table; its address is passed on while it can be fetched."""
    ada.open("export")
    with ada.page.expect_download() as started:
        ada.find("export_csv").click()
    assert SECRET in Path(started.value.path()).read_text()
    got = [each.status(started.value.url) for each in (ada, bob, nobody, ada)]
    assert got == [200, 403, 401, 200]


def guess_addresses(ada, bob, nobody, key):
    """Bob, and somebody who is not signed in, ask for all that Ada's browser asked for, and for more."""
    media = {each for each in ada.asked if "/media/" in each}
    guesses = {f"/media/{key}.csv", f"/media/{key}", f"/corpora/{key}/corpus.parquet", "/_stcore/metrics"}
    for person in (bob, nobody):
        for path in media | {person.address + guess for guess in guesses}:
            assert SECRET not in person.context.request.get(path).text()
        person.page.goto(f"{person.address}/maps?corpus={key}&corpus_key={key}&analysis=1&job=1#{key}")
    bob.page.locator(".st-key-missing").wait_for()
    nobody.find("sign_in_button").wait_for()
    assert nobody.status("/_stcore/metrics") == nobody.status(f"/media/{key}.csv") == 401


def share(ada, key):
    ada.open("corpus")
    ada.find(f"share_{key}").click()
    field = ada.find(f"share_email_{key}", "input")
    field.fill(BOB["email"])
    field.press("Enter")
    ada.find(f"share_with_{key}").click()
    ada.page.get_by_text("shared by you").first.wait_for()


def label_as_guest(bob, folder):
    bob.open("corpus")
    bob.page.get_by_text(f"shared by {word(ADA)}").wait_for()
    expect(bob.page.locator("[class*=st-key-remove_shared]")).to_have_count(0)
    bob.page.locator("[class*=st-key-open_shared_] button").click()
    bob.page.locator('[data-state="drawn"]').wait_for()
    bob.follow("Guide")
    expect(bob.page.locator(".st-key-guide_card")).to_contain_text(SECRET)
    bob.find("guide_label_1").click()
    expect(bob.page.locator(".st-key-guide_people")).to_contain_text(word(BOB))
    (shared,) = (folder / "home" / "shared").iterdir()
    given = Store(shared).labels.read(1).table
    assert sorted(given["given_by"]) == [ADA["email"], BOB["email"]]


def sign_out(ada):
    ada.follow("Guide")
    expect(ada.page.locator(".st-key-guide_card")).to_contain_text(SECRET)
    ada.find("sign_out").click()
    ada.find("sign_in_button").wait_for()
    ada.received = b""
    for move in (ada.page.go_back, ada.page.go_forward, lambda: ada.page.goto(f"{ada.address}/maps")):
        move()
        ada.find("sign_in_button").wait_for()
        assert not ada.sees(SECRET)


def audit(folder):
    files = sorted((folder / "home" / "audit").iterdir())
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]
