"""A sign-in service (OpenID Connect) on this machine: it lets in whoever is named, without a password."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "refract"


class OidcProvider:
    """Signs in `person`, a mapping of claims; ID tokens are signed with RS256.

    `issued_before` seconds make tokens older.
    """

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, auto_kid=False)
        self.person, self.issued_before, self.codes = {}, 0, {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.provider = self
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def metadata(self):
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def token(self, nonce):
        issued = int(time.time()) - self.issued_before
        claims = {"iss": self.url, "aud": CLIENT, "iat": issued, "exp": int(time.time()) + 600}
        claims |= {"nonce": nonce} if nonce else {}
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims | self.person, self.key)

    def secrets(self, address):
        """Lines of the app's secrets that name this service."""
        return (
            "[auth]\n"
            f'redirect_uri = "{address}/oauth2callback"\n'
            f'cookie_secret = "{token_urlsafe(32)}"\n'
            f'client_id = "{CLIENT}"\n'
            'client_secret = "not secret"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
        )

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers requests for the service of its server."""

    def do_GET(self):
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/.well-known/openid-configuration":
            self.answer(self.server.provider.metadata())
        elif asked.path == "/jwks":
            self.answer({"keys": [self.server.provider.key.as_dict(private=False)]})
        elif asked.path == "/authorize":
            code = token_urlsafe(8)
            self.server.provider.codes[code] = query.get("nonce")
            target = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
            self.redirect(target)
        elif asked.path == "/logout":
            self.redirect(query["post_logout_redirect_uri"])
        else:
            self.send_error(404)

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        if urlsplit(self.path).path != "/token" or form.get("code") not in self.server.provider.codes:
            self.send_error(400)
            return
        token = self.server.provider.token(self.server.provider.codes.pop(form["code"]))
        self.answer({"access_token": "one", "token_type": "Bearer", "id_token": token})

    def redirect(self, target):
        self.send_response(302)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass
