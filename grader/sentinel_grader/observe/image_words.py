"""What a secret looks like, in bytes and in names."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

#: A name that says its value is nobody's business. `PIN_` and such are left out: too many plain names hold them.
SECRET_NAME = re.compile(
    r"PASSW(?:OR)?D|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|(?:API|ACCESS|PRIVATE|SIGNING|AUTH)_?KEY|(?:^|_)PWD?$"
)

#: Words of which one must be there before a pattern is tried, since looking for these takes a tenth of the time; the
#: pattern; what it is called.
_KINDS = (
    ((b"PRIVATE KEY-----",), rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{40}", "a private key"),
    ((b"AKIA",), rb"\bAKIA[0-9A-Z]{16}\b", "an AWS access key id"),
    ((b"ghp_",), rb"\bghp_[A-Za-z0-9]{36}\b", "a GitHub token"),
    (
        (b"redis", b"postgres", b"amqp"),
        rb"\b(?:rediss?|postgres(?:ql)?|amqps?)://[^\s:@/\"'{}<>\[\]$]*:[^\s:@/\"'{}<>\[\]$]+@",
        "a password in a URL",
    ),
)
_PATTERNS = tuple((words, re.compile(pattern), name) for words, pattern, name in _KINDS)
_OVERLAP = 512


def kinds_in(text: bytes) -> set[str]:
    """The kinds of secrets that a text holds, by what they are called."""
    return {name for words, pattern, name in _PATTERNS if any(word in text for word in words) and pattern.search(text)}


def forms(needle: bytes) -> tuple[bytes, ...]:
    """The needle itself, and how base64 writes it wherever in a text it stands: there are three ways."""
    written = [needle]
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + needle).rstrip(b"=")
        # The first and last characters also depend on what stands beside the needle.
        written.append(coded[-(-offset * 8 // 6) : (offset + len(needle)) * 8 // 6])
    return tuple(written)


@dataclass
class Watch:
    """Looks at content as it passes by in chunks, each seen together with the end of the one before."""

    needles: tuple[bytes, ...] = ()
    kinds: set[str] = field(default_factory=set)
    seen: set[bytes] = field(default_factory=set)
    _end: bytes = b""

    def feed(self, chunk: bytes) -> None:
        text = self._end + chunk
        self.kinds |= kinds_in(text)
        self.seen |= {needle for needle in self.needles if needle in text}
        self._end = text[-_OVERLAP:]
