"""A chat server on this machine that plays the language model, and may misbehave."""

import json
import re
import threading
from collections import Counter
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.labels.annotation.prompts import CATEGORY_TASK, SUMMARY_TASK
from core.utils import configured
from tests.conftest import FEELINGS

INSTRUCTION = "by feeling"

FEELING_OF = {word: feeling for feeling, words in FEELINGS.items() for word in words.split()}


def n_failed(report):
    """Questions that got no answer of use."""
    return sum(sum(counts.failures.values()) for counts in report.steps.values())


class ChatServer:
    """A chat server on this machine; `mood` may answer a request before the good model does."""

    def __init__(self):
        self.asked, self.listed, self.models = [], [], ["small", "large"]
        self.mood = lambda step, text, body: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.listed.append((self.path, self.headers.get("Authorization")))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"data": [{"id": name} for name in outer.models]}).encode())

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                system, user = (message["content"] for message in body["messages"])
                step = (
                    "summaries"
                    if system == SUMMARY_TASK
                    else "categories"
                    if system == CATEGORY_TASK
                    else "labels"
                )
                outer.asked.append((step, user))
                answer = outer.mood(step, user, body)
                answer = good(step, user) if answer is None else answer
                if isinstance(answer, str):
                    answer = (200, chat(answer))
                status, content = answer
                content = content if isinstance(content, bytes) else json.dumps(content).encode()
                declared = len(content)
                if status == "cut":
                    status, content = 200, content[: len(content) // 2]
                self.send_response(status)
                self.send_header("Content-Length", str(declared))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def counts(self):
        return Counter(step for step, _ in self.asked)


def chat(text, finish="stop"):
    return {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}]}


def feelings_in(text):
    return Counter(FEELING_OF[word] for word in re.findall(r"\w+", text) if word in FEELING_OF)


def good(step, user):
    """What a model says that understands feelings."""
    if step == "summaries":
        words = [word for word in re.findall(r"\w+", user) if word in FEELING_OF]
        return " ".join(words)
    inside = user.partition("<outside>")[0]
    found = feelings_in(inside)
    return found.most_common(1)[0][0] if found else "none"


@pytest.fixture
def server():
    server = ChatServer()
    yield server
    server.close()


def quick_model(choice=None):
    """The model that is chosen or that the environment names, without pauses."""
    model = configured(choice)
    return model and replace(model, pause=lambda seconds: None)
