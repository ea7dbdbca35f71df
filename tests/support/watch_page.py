"""What a page of a browser asks of other servers, and what goes wrong in it."""

from dataclasses import dataclass, field


@dataclass
class Seen:
    """`outside`: addresses asked besides the app's. `errors`: of scripts, and of the server's own rules."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def watch_page(page, address):
    """Return a record that fills from now on."""
    seen = Seen()
    own = (address, address.replace("http", "ws", 1), "data:", "blob:")

    def note_request(request):
        if not request.url.startswith(own):
            seen.outside.append(request.url)

    def note_message(message):
        if "Content Security Policy" in message.text:
            seen.errors.append(message.text)

    page.on("request", note_request)
    page.on("websocket", note_request)
    page.on("console", note_message)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    return seen
