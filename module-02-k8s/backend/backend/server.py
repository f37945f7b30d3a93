"""Uvicorn, set up once: `python main.py --serve`, the tests and the benchmark all run this."""

from __future__ import annotations

import contextlib
import logging
import signal
from types import FrameType

import uvicorn

from backend.app import Backend
from backend.logs import log_to_stdout
from backend.settings import Settings

_logger = logging.getLogger(__name__)


def serve(settings: Settings) -> bool:
    """Run until SIGTERM or SIGINT, then finish what is in flight.

    Returns:
        Whether it ever ran: not where the address was taken, for example. Why not, it has logged.
    """
    log_to_stdout(settings.log_level)
    # After its own shutdown Uvicorn raises the signal again for whoever handled it before: nobody, here. Without
    # this the process would end as killed (143) and not as done (0).
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _already_handled)
    server = uvicorn.Server(_config(settings))
    with contextlib.suppress(SystemExit):  # Uvicorn's way to say that it could not listen
        server.run()
    return server.started


def _already_handled(number: int, _: FrameType | None) -> None:
    _logger.info("stopped", extra={"signal": signal.Signals(number).name})


def _config(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        Backend(settings),
        host=settings.host,
        port=settings.port,
        lifespan="on",
        ws="none",
        log_config=None,  # its loggers reach ours
        access_log=False,  # ours costs less, and only where it is asked for
        proxy_headers=False,  # nothing here depends on the client's address
        server_header=False,
        # Clients and proxies keep idle connections for about a minute; whoever closes first must be them, or an
        # event meets a connection that is being closed.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_timeout)),
    )
