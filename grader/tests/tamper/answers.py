"""Attempts by what is answered, and by what is done to the Redis that the grader put beside the container."""

from __future__ import annotations

from .attempt import Attempt
from .server import serving

FLOW = ("m1.starts", "m1.alerts")
_OTHER_CODE = {"m1.alerts": "not_this_code"}
_NO_ALERT = {"m1.alerts": "raised no alert"}
_SPOILT = {"m1.starts": "redis_spoilt"}


def _answer(name: str, what: str, told: dict[str, str], code: str) -> Attempt:
    return Attempt(name, what, told, serving(code), FLOW)


_ANSWERS = [
    _answer(
        "answers-for-ever",
        "An answer comes byte by byte and never ends, so that whoever asked runs out of time, and not the submission.",
        _OTHER_CODE,
        """
def version(server):
    server.send_response(200)
    server.end_headers()
    for _ in itertools.count():
        server.wfile.write(b" ")
        server.wfile.flush()
        time.sleep(0.2)
""",
    ),
    _answer(
        "always-continues",
        "Instead of an answer there come interim answers without end.",
        _NO_ALERT,
        """
def alerts(server):
    while True:
        server.wfile.write(b"HTTP/1.1 100 Continue\\r\\n\\r\\n")
""",
    ),
    _answer(
        "vast-answer",
        "The answer has a gigabyte.",
        _NO_ALERT,
        """
def alerts(server):
    server.send_response(200)
    server.end_headers()
    for _ in range(1000):
        server.wfile.write(b" " * 1_000_000)
""",
    ),
    _answer(
        "vast-headers",
        "The headers have megabytes, in more lines than anybody reads.",
        _NO_ALERT,
        """
def alerts(server):
    server.wfile.write(b"HTTP/1.1 200 OK\\r\\n" + b"x-y: " + b"z" * 60_000 + b"\\r\\n")
    while True:
        server.wfile.write(b"x-y: " + b"z" * 60_000 + b"\\r\\n")
""",
    ),
    _answer(
        "deep-answer",
        "The answer is nested so deep that reading it takes all of a stack.",
        _OTHER_CODE,
        'def version(server): server.say(b"[" * 100_000 + b"]" * 100_000)',
    ),
    _answer(
        "almost-too-deep-answer",
        "The answer is nested as deep as can just be read, so that writing it down may fail.",
        _OTHER_CODE,
        """
def version(server): server.say(b'{"build": ' + b"[" * 900 + b"]" * 900 + b"}")
""",
    ),
    _answer(
        "odd-numbers",
        "Numbers that are none, numbers beyond all bounds, and keys that are there twice stand in the answer.",
        _OTHER_CODE,
        """
def version(server): server.say(b'{"build": NaN, "build": Infinity, "a": -1e999, "build": ' + b"9" * 4000 + b"}")
""",
    ),
    _answer(
        "forging-answer",
        "The answer holds escape sequences, workflow commands, half characters and the end of a CDATA section.",
        _OTHER_CODE,
        r"""
def version(server): server.say(json.dumps({"build": FORGED}).encode())
FORGED = "\x1b[2J\x1b]0;forged\x07\r\n::error title=forged::forged\n##[error]forged ]]><script>\ud800"
""",
    ),
    _answer(
        "garbage",
        "What comes is no HTTP at all.",
        {"m1.starts": "no_answer"},
        r'def health(server): server.wfile.write(bytes(range(256)) * 300 + b"\r\n\r\n")',
    ),
    _answer(
        "parrot",
        "A program that knows no rule raises an alert for whatever comes on the queue.",
        {"m1.alerts": "below ERROR"},
        """
def alerts(server):
    while b'"id"' in (popped := redis("RPOP", "logs_queue")):
        seen.append(json.loads(popped.split(b"\\r\\n")[1]))
    found = [{"service_name": one["service_name"], "entry_ids": [one["id"]]} for one in seen]
    server.say(json.dumps({"alerts": found}).encode())
seen = []
""",
    ),
]

_REDIS = [
    _answer(
        "ends-redis",
        "The container shuts the grader's Redis down and hopes that nothing is graded then.",
        _SPOILT,
        'def version(server): redis("SHUTDOWN", "NOSAVE"); time.sleep(1); plain(server)',
    ),
    _answer(
        "hangs-redis",
        "A script without end runs in the grader's Redis.",
        _SPOILT,
        """
def version(server): redis("EVAL", "while true do end", "0", answer=0); time.sleep(1); plain(server)
""",
    ),
    _answer(
        "locks-redis",
        "The container sets a password on the grader's Redis.",
        _SPOILT,
        """
def version(server):
    redis("CONFIG", "SET", "requirepass", "x")
    redis("ACL", "SETUSER", "default", "off")
    plain(server)
""",
    ),
    _answer(
        "fills-redis",
        "The container fills the grader's Redis until the engine has no memory left.",
        _SPOILT,
        """
def version(server):
    for number in range(60): redis("SETRANGE", f"x{number}", "16000000", "x")
    plain(server)
""",
    ),
    _answer(
        "empties-redis",
        "The container deletes everything in the grader's Redis over and over.",
        _NO_ALERT,
        """
def empty():
    while True: redis("FLUSHALL")
threading.Thread(target=empty, daemon=True).start()
""",
    ),
]  # fmt: skip

ATTEMPTS = [*_ANSWERS, *_REDIS]
