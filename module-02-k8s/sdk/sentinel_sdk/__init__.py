"""Tells Sentinel about every request of an ASGI application, in the background, and never gets in its way.

    from sentinel_sdk import SentinelMiddleware

    app.add_middleware(SentinelMiddleware, service_name="shop")  # where to: SENTINEL_INGESTION_URL

sentinel_sdk/
  settings.py     what arguments and the environment can set
  middleware.py   the ASGI middleware: sees a request begin and its response end
  client.py       Sentinel: record, flush, stats, close
  buffer.py       the bounded queue between the application and the sender, and the count of what left it
  sender.py       the thread: takes batches, delivers them, waits when it must
  batches.py      records to events ready to be sent, through the hook
  answers.py      what the backend's answer means for a batch
  patience.py     back-off, and the circuit breaker
  transport.py    one POST over a kept connection, within a deadline
  events.py       a record as an event, in JSON
  routes.py       the template of a route; paths without one, bounded
  headers.py      tenant and trace id, out of headers that anybody may have written
  ids.py          UUIDs of version 7
  lifecycle.py    what happens at a fork and at the end of the process

What runs within a request is middleware.py, routes.py's `template_of` and buffer.py's `put`: no lock, no input or
output, no JSON. Everything else runs in the sender's thread.
"""

from sentinel_sdk.buffer import Stats
from sentinel_sdk.client import Sentinel
from sentinel_sdk.events import Event
from sentinel_sdk.middleware import SentinelMiddleware
from sentinel_sdk.settings import Settings, SettingsError

__all__ = ["Event", "Sentinel", "SentinelMiddleware", "Settings", "SettingsError", "Stats"]
__version__ = "0.1.0"
