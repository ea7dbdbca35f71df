"""Sessions of the app with the cookies of people who signed in."""

from urllib.parse import urljoin

import httpx

from benchmarks.speed.session import Session


class Listener(Session):
    """A session that keeps all that the server sends, as bytes."""

    seen = b""

    def _take_in(self, message):
        self.seen += message.SerializeToString()
        super()._take_in(message)


def sign_in(address, provider, person):
    """Sign a person in, as a browser does; returns its cookies."""
    provider.person = person
    with Listener(address, "x") as session:
        session.click("sign_in_button")
        with httpx.Client(follow_redirects=True, trust_env=False, timeout=60) as client:
            client.get(urljoin(address, session.redirect))
            client.get(f"{address}/_stcore/health")
            return {each.name: each.value for each in client.cookies.jar}
