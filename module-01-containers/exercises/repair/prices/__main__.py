"""GET /prices/<isbn>: what a book costs. GET /version: which release this is, and what it was built from."""

from __future__ import annotations

from pathlib import Path

from common.web import Answer, Request, serve

VERSION = "1.1.0"
BUILD = Path(__file__).with_name("BUILD")


def price(request: Request) -> Answer:
    """From 9.00 to 28.99."""
    if not request.rest.isdecimal():
        return 404, {"error": "a book has a number"}
    return 200, {"isbn": request.rest, "cents": 900 + int(request.rest[-6:]) % 2000}


def version(_: Request) -> Answer:
    """What runs here."""
    return 200, {"version": VERSION, "build": BUILD.read_text(encoding="utf-8").strip()}


if __name__ == "__main__":
    serve({"GET /prices": price, "GET /version": version, "GET /health": lambda _: (200, {"status": "ok"})})
