"""When errors become an alert."""

from __future__ import annotations

from datetime import timedelta

from alerter_fakes import NOON, entry

from alerter.rule import alert_from, error_of, within

LATER = NOON + timedelta(hours=1)


def test_errors_within_the_window_count_together() -> None:
    errors = [error_of(entry(str(second), seconds=second), LATER) for second in (0, 30, 60)]
    assert [error.entry_id for error in within(60, errors)] == ["0", "30", "60"]


def test_what_is_older_than_the_window_no_longer_counts() -> None:
    errors = [error_of(entry(str(second), seconds=second), LATER) for second in (0, 30, 61)]
    assert [error.entry_id for error in within(60, errors)] == ["30", "61"]


def test_the_window_ends_with_the_latest_error_also_when_an_older_one_comes_after_it() -> None:
    errors = [error_of(entry(str(second), seconds=second), LATER) for second in (100, 50, 0)]
    assert [error.entry_id for error in within(60, errors)] == ["100", "50"]


def test_a_fast_clock_does_not_make_an_error_outlive_the_others() -> None:
    assert error_of(entry(seconds=365 * 24 * 3600), LATER).at == LATER


def test_an_alert_names_its_entries_the_worst_level_and_the_first_time() -> None:
    errors = [error_of(entry("a", level="CRITICAL"), LATER), error_of(entry("b", seconds=1), LATER)]
    alert = alert_from(errors, entry("b", tenant_id="acme"), LATER)
    assert (alert.service_name, alert.tenant_id) == ("checkout", "acme")
    assert (alert.level, alert.count, alert.entry_ids) == ("CRITICAL", 2, ["a", "b"])
    assert (alert.first_at, alert.raised_at) == (NOON, LATER)
