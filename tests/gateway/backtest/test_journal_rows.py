"""Which part of a journal is played, beside a gateway that goes on writing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.backtest.journal_rows import ROWS_AT_ONCE, WARM_UP_MS, JournalRows
from gateway.backtest.rows import Span
from gateway.clock import Correction, Scale, Trust
from gateway.journal.batch import Batch, PeriodEnd
from gateway.journal.database import JournalError, open_for_reading
from gateway.journal.periods import begin_period
from gateway.journal.writer import commit
from tests.gateway.backtest.lived_hamlet import EVER, HOUR, MINUTE, NOW, LivedHamlet
from tests.gateway.small_site import DRY_RULE, small_site

RULE = {**DRY_RULE, "when": "soil_moisture_pct < 20", "then": [{"alert": {"severity": "info"}}]}
DAY = 24 * HOUR


@pytest.fixture
def hamlet(tmp_path: Path) -> Iterator[LivedHamlet]:
    hamlet = LivedHamlet(*small_site(tmp_path, rules=[RULE]), reports=False)
    yield hamlet
    hamlet.close()


def dry_and_wet(hamlet: LivedHamlet, days: int) -> None:
    """Each noon it is dry for an hour."""
    for _ in range(days):
        hamlet.say("soil-1", {"soil_moisture_pct": 10})
        hamlet.wait(HOUR)
        hamlet.say("soil-1", {"soil_moisture_pct": 30})
        hamlet.wait(23 * HOUR)
    hamlet.save()


def test_an_empty_journal_is_told(hamlet: LivedHamlet) -> None:
    hamlet.save()
    with pytest.raises(JournalError, match="no messages yet"):
        hamlet.play()


def test_only_the_time_asked_for_is_counted(hamlet: LivedHamlet) -> None:
    dry_and_wet(hamlet, 8)
    span = Span(NOW + 5 * DAY, NOW + 7 * DAY)
    result = hamlet.run(None, span)
    assert result.span == span
    assert result.readings == 2 * (2 + WARM_UP_MS // DAY)
    (rule,) = result.tried.rules
    assert (rule.firings, rule.devices, rule.firing_ms, rule.alerts) == (2, 1, 2 * HOUR, 2)
    assert [(at - NOW) // DAY for at, *_ in hamlet.try_again(span=span)] == [5, 5, 6, 6]


def test_what_fires_at_the_start_is_no_new_firing(hamlet: LivedHamlet) -> None:
    dry_and_wet(hamlet, 3)
    result = hamlet.run(None, Span(NOW + DAY + HOUR // 2, NOW + 2 * DAY + HOUR // 4))
    (rule,) = result.tried.rules
    assert (rule.firings, rule.alerts, rule.firing_at_end) == (1, 1, 1)
    assert rule.firing_ms == HOUR // 2 + HOUR // 4


def test_devices_report_as_seldom_as_they_then_said(tmp_path: Path) -> None:
    hamlet = LivedHamlet(*small_site(tmp_path, rules=[{**RULE, "for": "30m"}]), reports=False)
    hamlet.tell("soil-1", "info", b'{"interval_s": 7200}')
    dry_and_wet(hamlet, 8)
    hamlet.tell(
        "soil-1", "info", b'{"interval_s": 60}'
    )  # so long after a reading, nothing is known
    hamlet.pipeline.snapshot_all()
    hamlet.save()
    result = hamlet.run(None, Span(NOW + 5 * DAY, NOW + 7 * DAY))
    assert [rule.firings for rule in result.tried.rules] == [2]
    hamlet.close()


@pytest.mark.parametrize("span", [Span(0, NOW), Span(NOW + 9 * DAY, NOW + 10 * DAY)])
def test_a_time_of_which_there_is_nothing_is_told(hamlet: LivedHamlet, span: Span) -> None:
    dry_and_wet(hamlet, 1)
    with pytest.raises(JournalError, match="no messages of that time"):
        hamlet.play(span=span)


def test_a_journal_that_is_written_to_is_read_as_it_was(hamlet: LivedHamlet) -> None:
    dry_and_wet(hamlet, 2)
    reader = open_for_reading(hamlet.file)
    source = JournalRows(reader, hamlet.site, EVER)
    dry_and_wet(hamlet, 1)
    assert sum(len(piece.rows) for piece in source) == 4
    reader.close()


def test_long_journals_come_in_pieces_whose_share_grows(hamlet: LivedHamlet) -> None:
    for _ in range(2 * ROWS_AT_ONCE + 1):
        hamlet.say("soil-1", {"soil_moisture_pct": 30})
        hamlet.now += MINUTE
    hamlet.save()
    reader = open_for_reading(hamlet.file)
    pieces = list(JournalRows(reader, hamlet.site, EVER))
    assert [len(piece.rows) for piece in pieces] == [ROWS_AT_ONCE, ROWS_AT_ONCE, 1]
    assert pieces[-1].share == 1 > pieces[0].share > 0
    reader.close()


def test_what_waits_goes_on_waiting_when_the_clock_was_set(tmp_path: Path) -> None:
    rules = [{**RULE, "for": "10m"}]
    hamlet = LivedHamlet(*small_site(tmp_path, rules=rules), reports=False)
    begin_period(hamlet.connection, "boot", Scale(Trust.ASSUMED, NOW, NOW))
    hamlet.say("soil-1", {"soil_moisture_pct": 10})
    hamlet.wait(6 * MINUTE)
    hamlet.save()
    hamlet.now += 5 * HOUR
    correction = Correction(NOW, 5 * HOUR)
    scale = Scale(Trust.PROVEN, NOW, hamlet.now)
    hamlet.pipeline.correct(correction, scale, hamlet.now)
    hamlet.wait(6 * MINUTE)
    hamlet.say("soil-1", {"soil_moisture_pct": 30})
    hamlet.save()
    fired = [at for at, _, _, state in hamlet.told() if state == "firing"]
    assert fired == [NOW + 5 * HOUR + 10 * MINUTE]
    assert [at for at, _, _, state in hamlet.try_again() if state == "firing"] == fired
    hamlet.close()


def test_until_the_time_is_trusted_what_goes_by_the_hour_waits(tmp_path: Path) -> None:
    rules = [{**RULE, "only": {"between": ["00:00", "23:59"]}}]
    hamlet = LivedHamlet(*small_site(tmp_path, rules=rules), reports=False)
    begin_period(hamlet.connection, "boot", Scale(Trust.NONE, NOW, NOW))
    hamlet.say("soil-1", {"soil_moisture_pct": 10})
    hamlet.wait(MINUTE)
    hamlet.say("soil-1", {"soil_moisture_pct": 11})
    hamlet.save()
    assert hamlet.play() == []
    commit(hamlet.connection, Batch(records=[]))
    end = PeriodEnd(Correction(NOW, 0), Scale(Trust.PROVEN, NOW, hamlet.now), 2)
    commit(hamlet.connection, Batch(records=[end]))
    hamlet.say("soil-1", {"soil_moisture_pct": 12})
    hamlet.save()
    assert [state for *_, state in hamlet.try_again()] == ["firing"]
    hamlet.close()
