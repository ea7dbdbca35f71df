"""Label Studio as a server of its own, on this machine alone."""

import contextlib
import json
import os
import subprocess
import urllib.request
import uuid

from tests.support.app_server import end, free_port, wait_for

TOKEN = "0123456789abcdef0123456789abcdef01234567"
STARTS_WITHIN = 900  # seconds; its database is made first, in two minutes on an idle machine
QUIET = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
}


@contextlib.contextmanager
def running_label_studio(command, folder):
    """Start the command `label-studio`, its data in `folder`; yields a function that calls its interface."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    options = {
        "--internal-host": "127.0.0.1",
        "--port": str(port),
        "--data-dir": str(folder),
        "--username": "ada@example.org",
        "--password": uuid.uuid4().hex,
        "--user-token": TOKEN,
    }
    given = [word for option in options.items() for word in option]
    with (folder / "label-studio.log").open("w") as log:
        process = subprocess.Popen(
            [command, "start", "--no-browser", "--enable-legacy-api-token", *given],
            cwd=folder,
            env=os.environ | QUIET | {"HOME": str(folder), "DJANGO_DB": "sqlite"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"{address}/health", process, STARTS_WITHIN)
            yield lambda path, body=None, **headers: call(f"{address}/api/{path}", body, headers)
        finally:
            end(process, 20)


def call(address, body, headers):
    """Get an address, or post a body: bytes as they are, else as JSON."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"} | headers
    with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=120) as answer:
        content = answer.read()
    return json.loads(content) if content else None
