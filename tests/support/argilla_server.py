"""A server that takes what Argilla's own Python package sends; it checks nothing, and keeps the records."""

import contextlib
import json
import threading
import uuid
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOW = "2026-01-01T00:00:00"


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        content = json.dumps(self._result(body)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def _result(self, body):
        new = {"id": str(uuid.uuid4()), "inserted_at": NOW, "updated_at": NOW}
        kept = self.server.kept
        match self.command, self.path.removeprefix("/api/v1/").split("/"):
            case _, ["me"]:
                return new | {"username": "ada", "role": "owner", "first_name": "Ada"}
            case _, ["me", "workspaces"]:
                return {"items": [new | {"name": "default"}]}
            case _, ["datasets", _, "records", "bulk"]:
                kept["records"] += body["items"]
                items = [item | {"id": str(uuid.uuid4())} for item in body["items"]]
                return {"items": items, "updated_item_ids": []}
            case "POST", [*_, kind]:
                kept[kind].append(body | new)
            case _, ["datasets", _] | ["datasets", _, "publish"]:
                kept["datasets"][0] |= body
                return kept["datasets"][0]
            case "GET", [*_, kind]:
                return {"items": kept[kind]}
        return body | new


@contextlib.contextmanager
def argilla_server():
    """Yield a server with its `address`, and what it `kept` of each kind."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.kept = defaultdict(list)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
