"""The server's rules for browsers: they forbid other sites, and nothing that a page of ours needs."""

import http.server
import threading

import pytest

from tests.support.app_server import open_browser, running_app
from tests.support.watch_page import watch_page

pytestmark = pytest.mark.browser
ELEMENTS = ["img", "script", "iframe", "video"]


@pytest.fixture
def address(home, labelled):
    with running_app(home, log=home / "app.log") as address:
        yield address


@pytest.fixture
def other_site():
    """A site of another origin; yields its address, what was asked of it, and how to write its page."""
    pages, asked = {"body": ""}, []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages["body"].encode())

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked, lambda body: pages.update(body=body)
    server.shutdown()
    server.server_close()


def test_every_page_works_under_the_rules_and_asks_nobody_else(address):
    with open_browser() as page:
        seen = watch_page(page, address)
        for name in ("corpus", "guide", "maps", "evidence", "export"):
            page.goto(f"{address}/{name}")
            page.locator('[data-testid="stSidebar"] a').first.wait_for()
            page.locator('[data-testid="stStatusWidget"]').wait_for(state="detached")
        page.goto(f"{address}/maps")
        page.locator('.linked-maps[data-state="drawn"]').wait_for()
        assert seen.errors == [] and seen.outside == []


def test_what_a_text_could_smuggle_into_a_page_loads_nothing_from_elsewhere(address, other_site):
    site, asked, _ = other_site
    with open_browser() as page:
        page.goto(f"{address}/corpus")
        blocked = page.evaluate(
            """async ([site, elements]) => {
              const blocked = [];
              addEventListener('securitypolicyviolation', event => blocked.push(event.effectiveDirective));
              for (const kind of elements) {
                const element = document.createElement(kind);
                element.src = `${site}/${kind}`;
                document.body.append(element);
              }
              const style = document.createElement('link');
              Object.assign(style, {rel: 'stylesheet', href: `${site}/style`});
              document.head.append(style);
              await fetch(`${site}/fetch`).catch(() => {});
              await new Promise(done => setTimeout(done, 500));
              return blocked;
            }""",
            [site, ELEMENTS],
        )
    rules = {"img-src", "script-src-elem", "frame-src", "media-src", "style-src-elem", "connect-src"}
    assert set(blocked) == rules and asked == []


def test_another_site_can_neither_frame_the_app_nor_connect_to_it(address, other_site):
    site, _, write = other_site
    write(f"<iframe id=app src='{address}/'></iframe>")
    with open_browser() as page:
        refused = []
        page.on("console", lambda message: refused.append(message.text))
        page.goto(site)
        page.wait_for_function(
            "() => !document.querySelector('#app').contentDocument"  # of an error page, which is foreign
        )
        page.wait_for_timeout(500)
        assert any("frame" in text for text in refused)
        assert not [frame for frame in page.frames[1:] if frame.locator(".stApp").count()]
        closed = page.evaluate(
            """address => new Promise(done => {
              const socket = new WebSocket(address.replace('http', 'ws') + '/_stcore/stream', ['streamlit']);
              socket.onopen = () => done('opened');
              socket.onclose = () => done('closed');
            })""",
            address,
        )
        assert closed == "closed"
