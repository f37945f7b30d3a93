"""Measurements, each of two things side by side in one run, so that a slow or busy machine slows both.

ingest.py     POST /logs and /logs/batch of the collector, against the usual way to write such a route
  baseline.py   the usual way
  servers.py    either of them as a process, and the processor time it takes
  load.py       the load, from a process of its own
  report.py     the table, the verdicts, the JSON
grade/        a whole grade, against its own work on the engine one thing after another
watch/        from a save to the verdicts, against building and starting again by hand
"""
