"""A program that attempts put in the service's place: it answers every request with 200, but for what is put in."""

from __future__ import annotations

from ..mutants.mutant import Patch
from ..mutants.task_1 import CMD

_SERVER = """\
import http.server, json, socket, threading, time, itertools

def redis(*words, answer=4096):
    connection = socket.create_connection(("redis-queue", 6379))
    encoded = [word.encode() for word in words]
    connection.sendall(b"*%d\\r\\n" % len(words) + b"".join(b"$%d\\r\\n%s\\r\\n" % (len(w), w) for w in encoded))
    return connection.recv(answer) if answer else connection

class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.partition("?")[0]
        answer = {"/version": version, "/alerts": alerts, "/health": health}.get(path, plain)
        answer(self)

    def say(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

BUILD = open("/service/alerter/BUILD").read().strip()
def plain(server): server.say(json.dumps({"status": "ok", "build": BUILD, "alerts": []}).encode())
version = alerts = health = plain
"""
_SERVE = 'http.server.ThreadingHTTPServer(("", 8001), Server).serve_forever()\n'


def serving(code: str) -> Patch:
    """The solution with such a server for its command; `code` may put its own functions for version, alerts and
    health in, and start what it likes."""
    return {
        "alerter/tamper.py": _SERVER + code + "\n" + _SERVE,
        "Dockerfile": (CMD, 'CMD ["python", "-m", "alerter.tamper"]'),
    }
