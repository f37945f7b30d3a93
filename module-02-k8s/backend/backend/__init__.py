"""Sentinel's backend: keeps events for a while, and answers questions about them.

main.py            --serve, --health, --settings
backend/
  settings.py      what the environment can set
  app.py           the ASGI application: the hot route in front, FastAPI behind
  intake.py        POST /api/v1/events, from request to answer
  request.py       who may send, what it is, and its body, within bounds
  buffer.py        how much of what was sent may be in hand
  events.py        the event, as it comes and as it is filed
  filing.py        by when an event is filed; windows
  formats.py       JSON and NDJSON: bytes to events, or what is wrong with them and where
  oddities.py      what is JSON and must not be stored
  problems.py      the one shape of every error
  stores/          one Protocol; memory, Redis, and whatever a package brings
  api.py           /health, /health/live, /metrics, /docs
  reads.py         /api/v1/analytics, /api/v1/debug
  openapi.py       what FastAPI does not know
  metrics.py  logs.py  server.py  probe.py
"""
