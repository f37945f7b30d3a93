"""`python main.py --health`: what the container's HEALTHCHECK runs.

Standard library only, and little of it: it starts anew every few seconds.
"""

from __future__ import annotations

import http.client
import sys

_TIMEOUT = 1.5  # seconds; /health answers within 1


def is_healthy(port: int) -> bool:
    """Ask /health of the backend in this container, and print what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        print(response.read().decode())
    except (OSError, http.client.HTTPException) as error:
        print(f"nothing healthy answers on port {port}: {error}", file=sys.stderr)
        return False
    finally:
        connection.close()
    return response.status == http.client.OK
