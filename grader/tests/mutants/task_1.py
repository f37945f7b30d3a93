"""What people get wrong in a first image."""

from __future__ import annotations

from .mutant import Mutant

CMD = 'CMD ["python", "-m", "alerter"]'
CODE = "COPY alerter /service/alerter"
#: A server that answers everything well and does nothing.
_ACTOR = """\
import http.server, json
class Actor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"status": "ok", "error": None, "version": "1.0.0", "build": "dev", "alerts": []}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8001), Actor).serve_forever()
"""

PINNED = frozenset({"m1.pinned_base"})
BUILDS, STARTS, ALERTS = frozenset({"m1.builds"}), frozenset({"m1.starts"}), frozenset({"m1.alerts"})

MUTANTS = [
    Mutant(
        "untagged-base",
        "The base is named without a version.",
        PINNED,
        {"Dockerfile": ("FROM python:3.13-slim\n\n# Root", "FROM python\n\n# Root")},
    ),
    Mutant(
        "latest-base",
        "The version is `latest`, by way of an argument.",
        PINNED,
        {
            "Dockerfile": [
                ("# Two stages", "ARG VERSION=latest\n# Two stages"),
                ("FROM python:3.13-slim\n\n# Root", "FROM python:${VERSION}\n\n# Root"),
            ]
        },
    ),
    Mutant(
        "misspelt-requirements",
        "The requirements file is misspelt where pip reads it.",
        BUILDS,
        {"Dockerfile": ("--requirement /build/requirements.txt", "--requirement /build/requirement.txt")},
    ),
    Mutant(
        "unknown-instruction",
        "An instruction is misspelt.",
        BUILDS,
        {"Dockerfile": ("EXPOSE 8001", "EXPOSED 8001")},
    ),
    Mutant(
        "ignored-requirements",
        ".dockerignore keeps a file out that the Dockerfile copies.",
        BUILDS,
        {".dockerignore": ("!requirements.txt\n", "")},
    ),
    Mutant(
        "forgotten-dockerfile",
        "The Dockerfile is there and empty: it was written in another folder.",
        BUILDS,
        {"Dockerfile": ""},
    ),
    Mutant(
        "ends-at-once",
        "The command imports the service and does not run it, so that the container ends at once.",
        STARTS,
        {"Dockerfile": (CMD, 'CMD ["python", "-c", "import alerter"]')},
    ),
    Mutant(
        "in-the-background",
        "The command puts the service into the background and ends, and the container with it.",
        STARTS,
        {"Dockerfile": (CMD, 'CMD ["sh", "-c", "python -m alerter &"]')},
    ),
    Mutant(
        "contents-not-the-folder",
        "COPY copies what is in a folder, not the folder: Python finds no module of that name.",
        STARTS,
        {"Dockerfile": (CODE, "COPY alerter /service/")},
    ),
    Mutant(
        "packages-elsewhere",
        "The packages are in the image, but not where Python looks for them.",
        STARTS,
        {"Dockerfile": ("PYTHONPATH=/service/packages", "PYTHONPATH=/packages")},
    ),
    Mutant(
        "another-port",
        "The image sets another port than the one that everybody asks on.",
        STARTS,
        {"Dockerfile": ("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 PORT=8080")},
    ),
    Mutant(
        "localhost-only",
        "The service listens on 127.0.0.1, where nobody outside its container can reach it.",
        STARTS,
        {"Dockerfile": ("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 HOST=127.0.0.1")},
    ),
    Mutant(
        "actor",
        "Something answers 200 to everything on the right port, and no alert is ever raised.",
        ALERTS,
        {
            "Dockerfile": (CMD, 'CMD ["python", "-m", "alerter.actor"]'),
            "alerter/actor.py": _ACTOR,
        },
    ),
    Mutant(
        "no-build-file",
        "The file that says what the image was built from is kept out of it.",
        ALERTS,
        {".dockerignore": ("!alerter/BUILD\n", "")},
    ),
    Mutant(
        "build-of-another-day",
        "The image says that it was built from something else: its code was put into it on another day.",
        ALERTS,
        {"Dockerfile": (CODE, f"{CODE}\nRUN echo 4f2a91c > /service/alerter/BUILD")},
    ),
    Mutant(
        "another-queue",
        "The image sets the name of another queue than the one that entries come on.",
        ALERTS,
        {"Dockerfile": ("PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 QUEUE_NAME=logs")},
    ),
]
