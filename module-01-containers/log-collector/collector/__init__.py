"""Sentinel's log-collector: takes logs over HTTP and puts them on a queue, and never loses one it accepted.

main.py            --serve, --health, --settings
collector/
  settings.py      what the environment can set
  app.py           the ASGI application: hot routes in front, FastAPI behind
  intake.py        POST /logs and POST /logs/batch, from request to answer
  request.py       who may send, what it is, and its body, within bounds
  entries.py       the log entry, as it comes and as it is queued
  formats.py       JSON, JSON array, NDJSON: bytes to entries, or what is wrong with them and where
  problems.py      the one shape of every error
  queues/          one Protocol; Redis, and memory
  api.py           /health, /health/live, /metrics, /docs
  openapi.py       the hot routes, described
  metrics.py  logs.py  server.py  probe.py
"""
