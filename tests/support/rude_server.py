"""A server on this machine that sends whatever bytes a test likes, for as long as somebody listens."""

import itertools
import re
import socket
import socketserver
import threading
import time

OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


class RudeServer:
    """Sends what `say()` yields, after the head of a request; numbers are seconds to wait.

    To HEAD it sends nothing beyond the end of its own head.

    `asked` holds the heads of the requests, `open` how many connections there are.
    """

    def __init__(self):
        self.say, self.asked, self.open = lambda: [], [], 0
        outer, self._closed, lock = self, threading.Event(), threading.Lock()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with lock:
                    outer.open += 1
                try:
                    head = b"".join(iter(self.rfile.readline, b"\r\n"))
                    outer.asked.append(head.decode("latin-1"))
                    # Unread, it would end the connection with a reset, which can overtake the answer.
                    length = re.search(rb"(?im)^content-length: *(\d+)", head)
                    self.rfile.read(int(length[1]) if length else 0)
                    for said in outer.say():
                        if outer._closed.is_set():
                            return
                        if isinstance(said, bytes):
                            ends = head.startswith(b"HEAD") and b"\r\n\r\n" in said
                            self.wfile.write(said.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if ends else said)
                            if ends:
                                return
                        else:
                            outer._closed.wait(said)
                except OSError:  # the client is gone
                    pass
                finally:
                    with lock:
                        outer.open -= 1

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._closed.set()
        self.server.shutdown()
        self.server.server_close()

    def left_alone(self, seconds=2.0):
        """Whether every connection ends within so many seconds."""
        end = time.monotonic() + seconds
        while self.open and time.monotonic() < end:
            time.sleep(0.01)
        return not self.open


def drip(start, each=b"x", seconds=0.02):
    """Send a beginning, then a byte now and then, without end."""
    yield start
    while True:
        yield each
        yield seconds


def endless(start, each):
    """Send a beginning, then the same again and again."""
    return itertools.chain([start], itertools.repeat(each))


def unused_port():
    """Return a port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
