"""What stands in Redis, under which name. Everything begins with `sentinel:` and ends by itself.

sentinel:events        sorted set: each event as JSON, by when it is filed (milliseconds)
sentinel:slice:<n>     list of pages (msgpack, see buckets.py) with the counts of ten seconds
sentinel:minute:<n>    the same of a minute
sentinel:versions      hash: for each minute, the name of the last batch that added to it
sentinel:tenants       sorted set: the tenants that are kept apart, by when they were last used
sentinel:ids:<n>       set: what stands for the ids that came in a period of half of DEDUPE_SECONDS

A script has to name its keys beforehand for Redis Cluster, and have them all in one place: these are named, and are
not in one place, so this needs one Redis (or one with replicas), no cluster.
"""

from __future__ import annotations

from backend.stores.buckets import Bucket

EVENTS = "sentinel:events"
TENANTS = "sentinel:tenants"
VERSIONS = "sentinel:versions"


def bucket_key(bucket: Bucket) -> str:
    """The list of a bucket's pages."""
    return f"sentinel:{bucket.kind}:{bucket.number}"


def id_keys(now: int, dedupe: int) -> list[str]:
    """The sets of ids of this period, the last two, and the next, which a replica with a fast clock may write to.

    Args:
        now: milliseconds, as `dedupe`: how long an id is known at least.
    """
    number = now // (dedupe // 2)
    return [f"sentinel:ids:{period}" for period in (number, number - 1, number - 2, number + 1)]
