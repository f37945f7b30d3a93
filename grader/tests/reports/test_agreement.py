"""All reports of a result say the same of points and verdicts, whatever else a submission wrote into it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import jsonschema  # type: ignore[import-untyped]  # comes with check-jsonschema
import msgspec
import pytest
from hypothesis import given

from sentinel_grader.reports import json as json_report
from sentinel_grader.result import Result, from_json, schema

from .readers import READERS, Said, from_terminal, truth
from .samples import BROKEN, MIXED, PERFECT
from .strategies import results


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("result", [MIXED, BROKEN, PERFECT], ids=["mixed", "broken", "perfect"])
def test_a_report_says_what_the_result_says(reader: Callable[[Result], Said], result: Result) -> None:
    assert reader(result) == truth(result)


@given(results())
def test_all_reports_of_any_result_agree(result: Result) -> None:
    for name, read in READERS.items():
        said = truth(from_storable(result)) if name == "json" else truth(result)
        assert read(result) == said, name


@given(results())
def test_the_terminal_agrees_with_them(result: Result) -> None:
    true = truth(result)
    unnamed = [("", verdict) for _id, verdict in true.verdicts]
    assert from_terminal(result) == replace(true, verdicts=unnamed)


def from_storable(result: Result) -> Result:
    """The result as JSON can hold it: with no lone surrogates."""
    return from_json(json_report.render(result))


@given(results())
def test_the_json_fits_the_published_schema_and_is_harmless_in_a_log(result: Result) -> None:
    text = json_report.render(result)
    jsonschema.validate(json.loads(text), schema())
    assert text.isascii()
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_the_json_holds_all_of_a_result_unchanged() -> None:
    assert from_storable(MIXED) == MIXED


def test_sums_that_are_not_those_of_the_checks_are_never_written() -> None:
    with pytest.raises(ValueError, match="sums"):
        json_report.render(msgspec.structs.replace(MIXED, points=100))
