"""Sentinel's log-processor: moves log entries from the queue to the backend, and loses none, whoever is killed.

main.py            --serve, --once, --health, --settings
processor/
  settings.py      what the environment can set
  service.py       the parts, wired together; start, SIGTERM, end
  worker.py        batch after batch: take, normalise, deliver, settle
    queue.py       the hand-over in Redis; scripts/ has what is one step there
    entries.py     one entry, normalised to an event, or the reason why not
    delivery.py    a batch to the backend, until each event is stored or refused
    backend.py     one request to it, and what its answer means
    dead.py        what goes to `logs_dead`
  persistence.py   whatever may be out of reach, tried again; backoff.py says when
  reach.py         whether Redis and the backend answer: one line in the log when that changes
  health.py        /health, /health/live, /metrics
  connection.py  metrics.py  logs.py  probe.py
"""
