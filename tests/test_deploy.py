"""The example configurations of a shared server."""

import configparser
import datetime
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
import tomllib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.utils.server_rules import ServerRules
from core.utils.server_rules.rules import FIRST_RULES
from tests.support.app_server import ROOT, free_port, running_app
from tests.test_server import PATH

NAME = "refract.example.org"
NGINX = shutil.which("nginx")


def test_the_guide_names_every_rule_with_its_value():
    text = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", text, re.MULTILINE))
    values = {name: tomllib.loads(f"x = {value}")["x"] for name, value in rows.items()}
    found = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(ServerRules()).items()
    }
    assert values == found
    assert set(re.findall(r"^# (\w+) = ", FIRST_RULES, re.MULTILINE)) == set(found)


def test_nginx_takes_files_as_large_as_the_app_does():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    size = re.search(r"client_max_body_size (\d+)m", (ROOT / "deploy" / "nginx.conf").read_text())
    assert int(size[1]) >= config["server"]["maxUploadSize"] >= ServerRules().max_upload_mb
    assert config["server"]["address"] == "127.0.0.1"


def test_the_service_runs_without_rights():
    service = configparser.ConfigParser(strict=False, interpolation=None)
    service.optionxform = str
    service.read(ROOT / "deploy" / "refract.service")
    unit = service["Service"]
    assert unit["User"] != "root" and unit["NoNewPrivileges"] == "yes" and unit["CapabilityBoundingSet"] == ""
    assert "--server.address" not in unit["ExecStart"]  # that of the configuration: this machine only
    assert "USER refract" in (ROOT / "Dockerfile").read_text()


def test_the_container_copies_what_is_there_and_writes_into_volumes_only():
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    copied = [source for line in lines if line.startswith("COPY ") for source in line.split()[1:-1]]
    assert "." in copied
    for source in set(copied) - {"."}:
        found = (ROOT / source).rglob("*") if (ROOT / source).is_dir() else [ROOT / source]
        assert any(is_in_image(file.relative_to(ROOT)) for file in found if file.is_file()), source
    named = [word for line in lines if line.startswith("RUN ") for word in line.split()]
    assert {word for word in named if word.startswith("requirements")} <= set(copied)
    volumes = next(line.split()[1:] for line in lines if line.startswith("VOLUME "))
    written = dict(re.findall(r"(\w+)=(/\S+)", " ".join(line for line in lines if line.startswith("ENV "))))
    for name in ("REFRACT_HOME", "HF_HOME", "NUMBA_CACHE_DIR", "MPLCONFIGDIR"):  # the rest may be read only
        assert written[name].startswith(tuple(volumes))
    documented = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    (start,) = re.findall(r"docker run (?:.*\\\n)*.*", documented)
    assert all(f":{volume} " in start for volume in volumes)
    assert {"--init", "--read-only"} <= set(start.split())  # without the first, what a worker leaves stays
    (health,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\S+?)'", " ".join(lines))
    assert health == ("8501", "/_stcore/health") and "EXPOSE 8501" in lines


def is_in_image(path):
    """Whether `docker build` may copy a file: the last line of .dockerignore that names it decides."""
    kept = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            rule = re.escape(line.removeprefix("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
            if re.match(f"{rule}(/|$)", str(path)):
                kept = line.startswith("!")
    return kept


def test_the_image_has_the_files_of_the_app_and_no_others():
    folders = {"core", "pages", "assets"}
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]
    built = {"__pycache__", "node_modules", "refract_linked_maps/static"}
    for file in (path.relative_to(ROOT) for path in files):
        assert is_in_image(file) != any(f"{name}/" in file.as_posix() for name in built), file
    single = ("app.py", "CITATION.cff", "LICENSE", ".streamlit/config.toml", "requirements-team.lock")
    assert all((ROOT / name).is_file() and is_in_image(name) for name in single)
    others = (".streamlit/secrets.toml", ".env", ".git/config", ".venv/bin/python", "tests/conftest.py")
    others += ("corpus.csv", "privkey.pem", "secrets.toml", "data/refract.sqlite", "requirements-dev.txt")
    assert not any(map(is_in_image, others))


def write_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]),
        datetime.datetime.now(datetime.UTC),
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))


class Proxied(http.client.HTTPSConnection):
    """A connection to nginx on this machine, under the name of the server."""

    def __init__(self, port, folder, name=NAME):
        super().__init__(name, port, timeout=30)
        self.trusted = ssl.create_default_context(cafile=folder / "fullchain.pem")

    def connect(self):
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        self.sock = self.trusted.wrap_socket(raw, server_hostname=self.host)


@pytest.mark.model
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_nginx_leads_to_the_app_and_nowhere_else(tmp_path):
    write_certificate(tmp_path)
    secure, plain = free_port(), free_port()
    allowed = {"STREAMLIT_SERVER_ALLOWED_HOSTS": f"{NAME} 127.0.0.1"}
    with running_app(tmp_path / "home", log=tmp_path / "app.log", environment=allowed) as address:
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        text = text.replace("/etc/ssl/refract", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
        text = text.replace("listen 80", f"listen 127.0.0.1:{plain}").replace(
            "listen 443", f"listen 127.0.0.1:{secure}"
        )
        text = text.replace("http://127.0.0.1:8501", address)
        paths = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"pid {tmp_path}/pid; daemon off; error_log {tmp_path}/error.log; events {{}}\n"
            f"http {{ {paths} {text} }}"
        )
        command = [NGINX, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        process = subprocess.Popen(command)
        try:
            end = time.monotonic() + 30
            while socket.socket().connect_ex(("127.0.0.1", secure)):
                assert process.poll() is None and time.monotonic() < end
                time.sleep(0.1)
            through = Proxied(secure, tmp_path)
            through.request("GET", "/_stcore/health", headers={"Host": NAME})
            answer = through.getresponse()
            assert answer.status == 200 and "max-age" in answer.headers["Strict-Transport-Security"]
            assert answer.headers.get_all("X-Frame-Options") == ["SAMEORIGIN"]

            socketed = Proxied(secure, tmp_path)
            shake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
            shake |= {
                "Host": NAME,
                "Origin": f"https://{NAME}",
                "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
            }
            socketed.request("GET", PATH, headers=shake)
            assert socketed.getresponse().status == 101

            foreign = Proxied(secure, tmp_path)
            foreign.request("GET", PATH, headers=shake | {"Origin": "https://evil.example"})
            assert foreign.getresponse().status == 403

            with pytest.raises(ssl.SSLError):
                Proxied(secure, tmp_path, "other.example.org").request("GET", "/")

            redirect = http.client.HTTPConnection("127.0.0.1", plain, timeout=30)
            redirect.request("GET", "/maps", headers={"Host": NAME})
            answer = redirect.getresponse()
            assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/maps")
        finally:
            process.terminate()
            process.wait(20)
