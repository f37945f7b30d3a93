"""What all tests of the grader share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine makes no test fail: how long an example takes is not what any of them is about.
settings.register_profile("sentinel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sentinel")
