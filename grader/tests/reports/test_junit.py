"""JUnit XML that strict readers take."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given

from sentinel_grader.reports import junit
from sentinel_grader.result import Result

from .samples import MIXED
from .strategies import results
from .test_github import commands

#: What Jenkins's schema lets an element have: jenkinsci/xunit-plugin, junit-10.xsd. It is the narrowest one in use.
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"name", "time", "classname"},
    "properties": set(),
    "property": {"name", "value"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


@given(results())
def test_it_is_well_formed_keeps_to_the_schema_and_is_harmless_in_a_log(result: Result) -> None:
    text = junit.render(result)
    for element in ElementTree.fromstring(text.encode()).iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    assert not commands(text)


def test_each_verdict_has_its_own_element() -> None:
    root = ElementTree.fromstring(junit.render(MIXED).encode())
    told = {
        case.get("name"): [child.tag for child in case if child.tag != "system-out"] for case in root.iter("testcase")
    }
    assert told["m1.builds"] == []
    assert told["m1.size"] == ["failure"]
    assert told["m1.layer_cache"] == ["skipped"]
    assert told["m1.pinned_base"] == ["error"]


def test_the_points_of_each_check_and_its_code_are_properties_of_the_suite() -> None:
    root = ElementTree.fromstring(junit.render(MIXED).encode())
    properties = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert properties["points"] == str(MIXED.points)
    assert properties["m1.size.points"] == "0"
    assert properties["m1.size.max_points"] == "3"
    assert properties["m1.size.reason"] == "too_large"
