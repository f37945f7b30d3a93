"""Certificate authorities that this host trusts beyond its distribution's own, as on networks that inspect TLS."""

from __future__ import annotations

import os
import re
from pathlib import Path

_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_DISTRIBUTED = Path("/usr/share/ca-certificates")
_ADDED = Path("/usr/local/share/ca-certificates")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s+(.+?)\s+-----END CERTIFICATE-----", re.DOTALL)


def extra() -> list[str]:
    """The added authorities, as PEM texts: whatever the bundle holds and the distribution did not put there."""
    named = [place for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if (place := os.environ.get(name))]
    bundles = [Path(place) for place in (*named, *_BUNDLES)]
    files = [path for path in bundles if path.is_file()]
    files += sorted(_ADDED.rglob("*.crt")) if _ADDED.is_dir() else []
    distributed = _bodies(sorted(_DISTRIBUTED.rglob("*.crt"))) if _DISTRIBUTED.is_dir() else {}
    if not distributed:
        files = [path for path in files if _ADDED in path.parents]
    return [pem for body, pem in _bodies(files).items() if body not in distributed]


def write_extra(folder: Path) -> list[Path]:
    """Write each added authority to a file of its own, as update-ca-certificates wants them."""
    folder.mkdir()
    paths = []
    for number, pem in enumerate(extra(), 1):
        path = folder / f"sentinel-host-{number}.crt"
        path.write_text(pem + "\n")
        paths.append(path)
    return paths


def _bodies(files: list[Path]) -> dict[str, str]:
    """Certificates by their base64 body without white space: the same certificate may be wrapped differently."""
    found: dict[str, str] = {}
    for path in files:
        for match in _PEM.finditer(path.read_text(errors="replace")):
            found.setdefault("".join(match[1].split()), match[0])
    return found
