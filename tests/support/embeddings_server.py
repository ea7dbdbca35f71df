"""A server of the OpenAI embeddings protocol on this machine: each word has a direction of its own."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.conftest import WordEncoder


def embed(texts):
    return WordEncoder().encode(texts)


def as_reply(vectors):
    return {"data": [{"index": row, "embedding": vector.tolist()} for row, vector in enumerate(vectors)]}


class EmbeddingsServer:
    """Answers with vectors, or with what `answer(body, number)` returns: (status, content, *headers) or None.

    Keeps the bodies of the requests in `requests`, and their headers.
    """

    def __init__(self):
        self.requests, self.headers = [], []
        self.answer = lambda body, number: None
        lock, outer = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    outer.requests.append(body)
                    outer.headers.append(dict(self.headers) | {"path": self.path})
                    number = len(outer.requests)
                given = outer.answer(body, number) or (200, as_reply(embed(body["input"])))
                status, content, *headers = given
                content = content if isinstance(content, bytes) else json.dumps(content).encode()
                try:
                    self.send_response(status)
                    for name, value in headers:
                        self.send_header(name, value)
                    if "Content-Length" not in dict(headers):
                        self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:  # the client is gone
                    pass

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.name = f"endpoint:http://{self.host}/v1#words"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def texts(self):
        """All texts that were sent, but the word at the beginning."""
        return [text for body in self.requests[1:] for text in body["input"]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
