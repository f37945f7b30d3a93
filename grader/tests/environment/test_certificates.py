"""The host's added certificate authorities are found, and only they."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from sentinel_grader.environment import certificates


def _pem(content: bytes, width: int) -> str:
    body = base64.b64encode(content).decode()
    lines = [body[start : start + width] for start in range(0, len(body), width)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def test_only_what_the_distribution_did_not_bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, added = b"known" * 40, b"added" * 40
    (tmp_path / "distributed").mkdir()
    (tmp_path / "distributed" / "known.crt").write_text(_pem(known, 64))
    bundle = tmp_path / "bundle.crt"
    bundle.write_text(_pem(known, 76) + "# a comment\n" + _pem(added, 64))
    monkeypatch.setattr(certificates, "_BUNDLES", (str(bundle),))
    monkeypatch.setattr(certificates, "_DISTRIBUTED", tmp_path / "distributed")
    monkeypatch.setattr(certificates, "_ADDED", tmp_path / "nothing")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    (path,) = certificates.write_extra(tmp_path / "out")
    assert path.read_text() == _pem(added, 64)
