"""A web server on this machine that gives files, and may misbehave."""

import re
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Gives what `files` holds by path: bytes, or (status, headers, bytes). Keeps the `asked` (method, path).

    With `ranges`, parts of a file can be asked for. In place of bytes there may be pieces, as of `drip`.
    """

    def __init__(self, *, ranges=True):
        self.files, self.asked = {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.answer(with_content=False)

            def do_GET(self):
                self.answer(with_content=True)

            def answer(self, *, with_content):
                outer.asked.append((self.command, self.path))
                given = outer.files.get(self.path.partition("?")[0], (404, {}, b"nothing here"))
                status, headers, content = (200, {}, given) if isinstance(given, bytes) else given
                part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
                if part and ranges and status == 200 and isinstance(content, bytes):
                    start, end = int(part[1]), int(part[2] or len(content) - 1)
                    headers = {**headers, "Content-Range": f"bytes {start}-{end}/{len(content)}"}
                    status, content = 206, content[start : end + 1]
                self.send_response(status)
                if isinstance(content, bytes):
                    headers, content = {"Content-Length": str(len(content)), **headers}, [content]
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):  # the client is gone
                    for piece in content if with_content else []:
                        self.wfile.write(piece) if isinstance(piece, bytes) else time.sleep(piece)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
