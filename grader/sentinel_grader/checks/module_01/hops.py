"""Words for a stream of logs: how many there were at each hop, and where the alerter looks for them."""

from __future__ import annotations

from sentinel_grader.observe.compose.flow import NETWORK, Flow


def arrived(flow: Flow) -> list[str]:
    """The entries that reached the queue: they stood there, or somebody had them from there."""
    seen = {*flow.queued, *flow.alerted}
    return [id_ for id_ in flow.accepted if id_ in seen]


def taken(flow: Flow) -> list[str]:
    """Those that the alerter took from the queue."""
    return [id_ for id_ in arrived(flow) if id_ not in set(flow.waiting)]


def hops(flow: Flow) -> str:
    """How many there were at each hop, up to the first that lost any."""
    counts = [
        ("accepted by log-collector", len(flow.accepted)),
        ("reached logs_queue", len(arrived(flow))),
        ("taken by alerter", len(taken(flow))),
        ("named by alerts", len(set(flow.alerted) & set(flow.accepted))),
    ]
    short = next((number for number, (_, count) in enumerate(counts) if count < flow.asked), len(counts))
    return "; ".join(f"{what}: {count} of {flow.asked}" for what, count in counts[: short + 1])


def whereabouts(flow: Flow) -> str:
    """Where the alerter looks for its queue, as its own settings have it, and why nobody may be there."""
    if not flow.workers:
        return "no alerter runs"
    if NETWORK not in flow.networks:
        return f"it is on the network {', '.join(flow.networks) or 'none'}, and redis-queue is on {NETWORK}"
    host = flow.settings.get("REDIS_HOST", "localhost")
    at = flow.settings.get("REDIS_URL") or f"{host}:{flow.settings.get('REDIS_PORT', '6379')}"
    itself = ", and in a container that is the container itself" if host in ("localhost", "127.0.0.1") else ""
    queue = flow.settings.get("QUEUE_NAME", "logs_queue")
    return f"it connects to {at}{itself}" + (f", and takes from {queue}" if queue != "logs_queue" else "")
