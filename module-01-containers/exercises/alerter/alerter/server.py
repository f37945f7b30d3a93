"""Uvicorn, set up once: what `python -m alerter` runs."""

from __future__ import annotations

import contextlib
import logging
import signal
from types import FrameType

import uvicorn

from alerter.logs import log_to_stdout
from alerter.service import Alerter
from alerter.settings import Settings

_logger = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Uvicorn, whose way to stop is: take no new requests, answer those in hand, then end the lifespan."""

    def __init__(self, alerter: Alerter, settings: Settings) -> None:
        super().__init__(_config(alerter, settings))
        self._worker = alerter.worker

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """At a signal the worker stops too, at once: it would take entries as long as requests are in hand."""
        self._worker.stop()
        super().handle_exit(sig, frame)


def serve(settings: Settings) -> bool:
    """Run until SIGTERM or SIGINT, then finish what is in hand.

    Returns:
        Whether it ever ran: not where the address was taken, for example. Why not, it has logged.
    """
    log_to_stdout(settings.log_level)
    # After its own shutdown Uvicorn raises the signal again for whoever handled it before: nobody, here. Without
    # this the process would end as killed (143) and not as done (0).
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _already_handled)
    server = _Server(Alerter(settings), settings)
    with contextlib.suppress(SystemExit):  # Uvicorn's way to say that it could not listen
        server.run()
    return server.started


def _already_handled(number: int, _: FrameType | None) -> None:
    _logger.info("stopped", extra={"signal": signal.Signals(number).name})


def _config(alerter: Alerter, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        alerter.api,
        host=settings.host,
        port=settings.port,
        lifespan="on",
        ws="none",
        log_config=None,  # its loggers reach ours
        access_log=False,
        proxy_headers=False,  # nothing here depends on the client's address
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_timeout,
    )
