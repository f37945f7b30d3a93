"""Sentinel's alerter: takes log entries off a queue, and raises an alert when a service logs too many errors.

__main__      the command line
  server      Uvicorn, set up once, and what SIGTERM does
  probe       asks a running alerter whether it is well
service       the parts, wired together
  api         GET /alerts, /health, /metrics, /version
  worker      takes one entry after another and does the work on it
    queue     the Redis list that entries come from
    entries   one entry, as it stands there
    rule      when errors become an alert: plain functions
  store       where alerts are kept
  connection  to Redis
settings      what the environment can set; logs, metrics, version
"""
