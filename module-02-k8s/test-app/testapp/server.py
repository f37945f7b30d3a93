"""Uvicorn, set up once: `python main.py --serve` and the tests run this."""

from __future__ import annotations

import contextlib
import logging
import signal
from types import FrameType

import uvicorn

from testapp.app import make_app, make_sentinel
from testapp.logs import log_to_stdout
from testapp.settings import Settings

_logger = logging.getLogger(__name__)


def serve(settings: Settings) -> bool:
    """Run until SIGTERM or SIGINT, then finish what is in flight and send the last events.

    Returns:
        Whether it ever ran: not where the address was taken, for example. Why not, it has logged.
    """
    log_to_stdout(settings.log_level)
    # After its own shutdown Uvicorn raises the signal again for whoever handled it before: nobody, here. Without
    # this the process would end as killed (143) and not as done (0).
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _already_handled)
    sentinel = make_sentinel()
    if not sentinel.enabled:
        _logger.warning("SENTINEL_INGESTION_URL is empty: requests are answered, and Sentinel hears of none")
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(settings, sentinel),
            host=settings.host,
            port=settings.port,
            lifespan="on",
            ws="none",
            log_config=None,  # its loggers reach ours
            access_log=False,  # every request is told to Sentinel
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=max(1, round(settings.shutdown_timeout)),
        )
    )
    with contextlib.suppress(SystemExit):  # Uvicorn's way to say that it could not listen
        server.run()
    return server.started


def _already_handled(number: int, _: FrameType | None) -> None:
    _logger.info("stopped by %s", signal.Signals(number).name)
