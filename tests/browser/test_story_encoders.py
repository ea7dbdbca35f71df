"""Every other way to follow an instruction, in a real browser: chosen, run, two maps, answers, evidence.

The checkpoints are tiny and of random weights: what is tested is the way, not what they find.
"""

import json
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest

from core.corpus import build_corpus, guess_text_column
from core.corpus.tables import read_table
from core.storage import Store
from tests.browser.test_story import button, shoot, side_panel
from tests.support.app_server import ROOT, open_browser, running_app
from tests.support.tiny_models import save_causal, save_instructor, save_masked

pytestmark = pytest.mark.browser
DEMO = ROOT / "assets" / "demo" / "feedback.csv"
QUESTION = "How does the customer feel?"
WARM_UP = 240_000  # milliseconds: numba compiles in the first minute, on a slow machine longer
N_DIMS = 24


class EmbeddingsServer:
    """An embeddings server: each word of an input is a direction, the instruction's words included."""

    def __init__(self):
        outer, self.asked = self, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked += body["input"]
                data = [{"index": i, "embedding": embed(text)} for i, text in enumerate(body["input"])]
                answer = json.dumps({"data": data, "model": body["model"]}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def embed(text):
    vector = np.zeros(N_DIMS)
    for word in re.findall(r"\w+", text.lower()):
        vector += np.random.default_rng(sum(word.encode()) * 31 + len(word)).normal(size=N_DIMS)
    return vector.tolist()


@pytest.fixture(scope="module")
def server():
    server = EmbeddingsServer()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Folders of checkpoints by what they are."""
    folder = tmp_path_factory.mktemp("models")
    saved = save_instructor(folder)
    instructor = shutil.copytree(saved, folder / "tiny-instructor")
    following = shutil.copytree(saved, folder / "tiny-qwen3-embedding")
    causal = save_causal(folder / "tiny-inbedder-llama")
    masked = save_masked(folder / "tiny-inbedder-roberta")
    return {"instructor": instructor, "following": following, "causal": causal, "masked": masked}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The demo corpus, not encoded yet, and an analysis with ten labels of each feeling."""
    home = tmp_path_factory.mktemp("home")
    store = Store(home)
    table = read_table(DEMO.name, DEMO.read_bytes())
    corpus = build_corpus(table, guess_text_column(table.frame))
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, QUESTION)
    feelings = corpus.metadata["emotion"]
    for name in feelings.unique():
        store.label_names.add(analysis, name)
    rows = feelings.groupby(feelings).sample(10, random_state=0).index
    store.labels.give(analysis, {int(row): feelings[row] for row in rows}, "ada")
    return home


@pytest.fixture(scope="module")
def page(home, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "app.log"
    with running_app(home, log=log) as address, open_browser() as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.address = address
        page.goto(f"{address}/corpus")
        page.get_by_role("button", name=re.compile("^Show the map of [0-9]+ texts$")).click()
        page.wait_for_url("**/maps", timeout=WARM_UP)
        yield page


def open_guide(page):
    page.get_by_role("link", name="Guide").first.click()
    button(page, "guide_fit").wait_for()
    settle(page)


def settle(page):
    """Wait until the page is whole: nobody clicks faster."""
    page.wait_for_timeout(200)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def open_method(page):
    """Its fields stand on the page while texts are re-encoded, else under "More ways"."""
    if not page.locator(".st-key-approach").is_visible():
        page.locator(".st-key-guide_more summary").first.click()
        page.get_by_role("tab", name="Method").click()


def choose_kind(page, name):
    open_method(page)
    page.locator(".st-key-approach").get_by_text(name, exact=True).click()
    settle(page)


def choose_encoder(page, name):
    """Type a name into the chooser."""
    field = page.locator("[class*=st-key-approach_][class*=_encoder] input").first
    field.click()
    field.fill(name)
    field.press("Enter")
    settle(page)


def read(page, title, label="Re-encode 576 texts"):
    """Start, and wait for two maps of which the right one is called so."""
    button(page, "guide_fit").get_by_text(label).wait_for()
    page.wait_for_function("() => !document.querySelector('.st-key-guide_fit button').disabled")
    button(page, "guide_fit").click()
    page.wait_for_url("**/maps", timeout=WARM_UP)
    page.locator('.linked-maps[data-panes="2"][data-state="drawn"][data-points="576"]').wait_for()
    page.locator(".linked-maps .title", has_text=title).wait_for()


def wait_for_evidence(page):
    """It says whether the labels are better separated; how, is up to the weights."""
    line = page.locator(".st-key-maps_evidence")
    line.get_by_text(re.compile("Works|Too early to tell|Does not help")).first.wait_for(timeout=WARM_UP)


def cards(page):
    """The cards of the clusters, beside the maps."""
    if not page.locator("[class*=st-key-maps_card_analysis]").first.is_visible():
        side_panel(page, "Clusters")
        page.locator("[class*=st-key-maps_card_analysis]").first.wait_for()
    return page.locator("[class*=st-key-maps_card_analysis]")


def test_1_an_instructor_reads_every_text_under_the_question(page, models):
    open_guide(page)
    choose_kind(page, "Re-encode with the instruction")
    choose_encoder(page, str(models["instructor"]))
    page.get_by_text("Represent the text for", exact=False).first.wait_for()
    shoot(page, "reading_guide")
    read(page, "tiny-instructor")
    wait_for_evidence(page)
    assert cards(page).first.is_visible() and "forum" not in cards(page).first.inner_text()
    shoot(page, "reading_instructor")


@pytest.mark.parametrize("kind", ["causal", "masked"])
def test_2_an_inbedder_answers_and_its_answers_explain_the_clusters(page, models, kind):
    open_guide(page)
    choose_encoder(page, str(models[kind]))
    page.get_by_text("### Instruction:", exact=False).first.wait_for()
    read(page, models[kind].name)
    cards(page).get_by_text("forum").first.wait_for()  # the icon before answers
    wait_for_evidence(page)
    shoot(page, f"reading_{kind}")


def test_3_the_answer_about_a_text_is_under_the_glass(page):
    cards(page).locator("[class*=st-key-maps_cluster_select_analysis] button").first.click()
    side_panel(page, "Texts")
    page.locator("[class*=st-key-maps_card_analysis]").first.wait_for(state="detached")
    page.locator(".st-key-maps_texts .open").first.click()
    page.locator(".st-key-maps_side").get_by_text("forum").wait_for()
    shoot(page, "reading_answer")


def test_4_a_prompt_following_encoder(page, models):
    open_guide(page)
    choose_encoder(page, str(models["following"]))
    page.get_by_text(f"Instruct: {QUESTION}").first.wait_for()
    read(page, "tiny-qwen3-embedding")
    wait_for_evidence(page)


def test_5_an_embeddings_server_gets_texts_only_after_the_click(page, server):
    open_guide(page)
    choose_encoder(page, f"endpoint:http://{server.host}/v1#qwen3-embedding")
    page.get_by_text(server.host).first.wait_for()
    assert server.asked == []
    read(page, f"qwen3-embedding at {server.host}")
    texts = pd.read_csv(DEMO)["text"]
    sent = {asked for asked in server.asked if asked.startswith(f"Instruct: {QUESTION}\nQuery:")}
    assert {f"Instruct: {QUESTION}\nQuery:{text}" for text in texts} <= sent
    wait_for_evidence(page)


def test_6_vectors_made_elsewhere(page, tmp_path):
    file = tmp_path / "mine.npy"
    np.save(file, np.array([embed(text) for text in pd.read_csv(DEMO)["text"]], dtype=np.float32))
    open_guide(page)
    page.get_by_text("Vectors I have already").first.click()
    page.locator("[class*=st-key-approach_][class*=_ready] input[type=file]").set_input_files(file)
    page.get_by_text("576 vectors of 24 numbers").first.wait_for()  # twice while the page is drawn
    shoot(page, "reading_vectors")
    read(page, "vectors of mine.npy", "Map 576 texts by these vectors")
    wait_for_evidence(page)


def test_7_the_published_recipe_and_back_to_the_usual_way(page):
    open_guide(page)
    choose_kind(page, "GSTransform (paper)")
    needed = page.get_by_text("60 labels given; it needs hundreds")
    needed.wait_for(state="attached")  # the fields have moved under "More ways"
    open_method(page)
    needed.wait_for()
    read(page, "GSTransform", "Reshape map")
    open_guide(page)
    choose_kind(page, "Reshape (fast)")
    read(page, QUESTION, "Reshape map")
    wait_for_evidence(page)
    assert page.errors == []
