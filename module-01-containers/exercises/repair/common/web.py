"""A JSON server: one function for each method and first part of a path."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

PORT = 8080


@dataclass(frozen=True)
class Request:
    """`rest` is what follows the first part of the path: `7` for `/prices/7`."""

    rest: str
    query: Mapping[str, str]
    body: bytes


#: A status, and what is sent as JSON.
Answer = tuple[int, object]
Answers = Mapping[str, Callable[[Request], Answer]]


def serve(answers: Answers) -> None:
    """Answer until SIGTERM. `answers` go by names such as `GET /health`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"listening on port {PORT}")
    ThreadingHTTPServer(("", PORT), _handler(answers)).serve_forever()


def _handler(answers: Answers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            url = urlsplit(self.path)
            first, _, rest = url.path.removeprefix("/").partition("/")
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            answer = answers.get(f"{method} /{first}", _unknown)
            self._send(*answer(Request(rest, dict(parse_qsl(url.query)), body)))

        def _send(self, status: int, content: object) -> None:
            encoded = json.dumps(content).encode() + b"\n"
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_: object) -> None:
            """Requests that went well are not worth a line each."""

    return Handler


def _unknown(_: Request) -> Answer:
    return 404, {"error": "there is no such thing here"}
