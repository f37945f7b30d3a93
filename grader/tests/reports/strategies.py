"""Random results, in whose every text a stranger tries to hide, to command, or to leave the quotes."""

from __future__ import annotations

from hypothesis import strategies as st

from sentinel_grader.result import (
    CheckResult,
    Grader,
    ImageResult,
    LayerResult,
    PathResult,
    Reason,
    Result,
    SubmissionResult,
    Verdict,
    totals,
)

HOSTILE = (
    "::error file=x,line=1::gone",
    "\n::set-output name=points::100",
    "\r\n  ::stop-commands::x",
    "##[error]gone",
    "x ##[group]y",
    "##vso[task.complete]",
    "\x1b[2J\x1b]0;title\x07",
    "\u202eevil\u2066",
    "\0\x08\x7f\x85\ufffe\udc80",
    "\u2028::warning::x",
    "\u00a0::notice::x",
    "<script>alert(1)</script>",
    "</pre></td></table><img src=//example.net/x onerror=alert(1)>",
    "]]><x/>&amp;&#0;",
    "--><!--",
    '" onload="x',
    "{{ 7*7 }}{% raw %}",
    "[bold red]x[/]",
    ":warning: @someone #1 www.example.net https://example.net",
    "\n\n# Title\n```\n| a | b |\n",
    "[x](javascript:alert(1)) ![](//example.net/x.png)",
    "⟨U+0000⟩ ⟨… 1 of 2 characters left out, sha256 of all 0 …⟩",
    "%0A%25%3A",
    "a\tb\N{ZERO WIDTH SPACE}c",
    "長い" * 60,
    "x" * 5000,
    "line\n" * 90,
)
CHARACTERS = st.characters(exclude_categories=())  # with lone surrogates: names of files have them
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(CHARACTERS, max_size=30), max_size=3).map("".join)
NAMES = st.text(CHARACTERS, min_size=1, max_size=20) | st.sampled_from(HOSTILE)
SIZES = st.integers(0, 10**10)
REASONS = st.builds(
    Reason,
    code=NAMES,
    saw=TEXTS,
    expected=TEXTS,
    why=TEXTS,
    file=st.none() | NAMES,
    line=st.none() | st.integers(1, 10**6),
)
LAYERS = st.builds(
    LayerResult,
    instruction=TEXTS,
    bytes=SIZES,
    drop=st.lists(st.builds(PathResult, path=TEXTS, bytes=SIZES), max_size=14),
)
IMAGES = st.builds(ImageResult, service=NAMES, bytes=SIZES, base=NAMES, layers=st.lists(LAYERS, max_size=4))
PAIRS = st.dictionaries(NAMES, TEXTS, max_size=2)


@st.composite
def checks(draw: st.DrawFn) -> CheckResult:
    verdict = draw(st.sampled_from(Verdict))
    worth = draw(st.integers(0, 20))
    return CheckResult(
        id=draw(NAMES),
        title=draw(TEXTS),
        module=draw(st.integers(1, 3)),
        task=draw(st.integers(1, 12)),
        points=worth if verdict is Verdict.PASSED else 0,
        max_points=worth,
        verdict=verdict,
        reason=None if verdict is Verdict.PASSED else draw(REASONS),
        needs=draw(st.lists(NAMES, max_size=2)),
        rests_on=draw(st.lists(NAMES, max_size=2)) if verdict is Verdict.SKIPPED else [],
        hints=draw(st.lists(TEXTS, max_size=2)),
        evidence=draw(st.lists(TEXTS, max_size=2)),
        duration_s=draw(st.floats(0, 10**4)),
    )


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A result whose sums are right, its checks in the order of the tasks."""
    drawn = sorted(draw(st.lists(checks(), max_size=8)), key=lambda check: (check.module, check.task))
    points, maximum, pending, overall = totals(drawn)
    return Result(
        grader=Grader(version=draw(NAMES), checks_hash=draw(NAMES)),
        submission=SubmissionResult(path=draw(NAMES), tree_hash=draw(NAMES)),
        engine=draw(PAIRS),
        started_at=draw(st.sampled_from(("2025-11-21T10:15:00Z", "9999-12-31T23:59:59-23:59")) | NAMES),
        duration_s=draw(st.floats(0, 10**5)),
        points=points,
        max_points=maximum,
        points_pending=pending,
        verdict=overall,
        nonces=draw(PAIRS),
        checks=drawn,
        images=draw(st.lists(IMAGES, max_size=2)),
    )
