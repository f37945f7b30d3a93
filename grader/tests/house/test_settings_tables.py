"""What the README of module 2 says of a service's settings is what the service says itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sentinel_grader.paths import ROOT

MODULE = ROOT / "module-02-k8s"


@pytest.mark.parametrize("service", ["log-processor", "backend", "test-app"])
def test_the_readme_has_the_services_own_table(service: str) -> None:
    command = [sys.executable, "main.py", "--settings"]
    beside = {**os.environ, "PYTHONPATH": str(MODULE / "sdk")}  # where the test-app's image has it
    done = subprocess.run(
        command, cwd=MODULE / service, env=beside, capture_output=True, text=True, check=True, timeout=60
    )
    _, _, after = (MODULE / "README.md").read_text(encoding="utf-8").partition(f"<!-- settings {service} -->\n")
    assert after.partition("<!-- /settings -->")[0] == done.stdout
