"""The table of environment variables: the service's own, and those of the SDK."""

from __future__ import annotations

import dataclasses

from sentinel_sdk.settings import markdown_rows

from testapp.settings import Settings

SERVICE_NAME = "test-app"


def markdown_table() -> str:
    """As the module's README holds it."""
    own = [
        f"| `{field.name.upper()}` | `{field.default}` | {field.metadata['meaning']} |"
        for field in dataclasses.fields(Settings)
    ]
    sdks = markdown_rows(service_name=SERVICE_NAME)
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *own, *sdks])
