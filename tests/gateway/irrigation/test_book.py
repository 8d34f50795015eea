"""What people set, and clocks that say that it is over."""

from datetime import date, timedelta

from gateway.clock import Correction
from gateway.irrigation.book import PlotBook
from gateway.plot_records import NoGo, Override
from gateway.plots.guard import NoGoReason
from tests.gateway.fleets import NOW
from tests.gateway.irrigation.garden import HERE, plot
from tests.gateway.irrigation.grown_garden import DAY, HOUR

TODAY = HERE.day(NOW)
DRY = NoGo("n", "lo-1", TODAY, TODAY + timedelta(5), NoGoReason.OTHER, "person:hoa", NOW)
ALLOWED = Override("o", "lo-1", "wind", "calm", "person:hoa", NOW, NOW + 8 * HOUR)


def book_at(days_ahead: int) -> PlotBook:
    book = PlotBook([plot("lo-1"), plot("lo-2")])
    book.take(DRY)
    book.take(ALLOWED)
    book.forget_past(_day(days_ahead), NOW + days_ahead * DAY)
    return book


def test_what_is_over_counts_no_more() -> None:
    book = book_at(60)
    assert list(book.dry_days("lo-1")) == []
    assert list(book.overrides("lo-1", NOW + HOUR)) == []


def test_it_counts_again_when_the_clock_was_ahead() -> None:
    book = book_at(400)
    book.correct(Correction(NOW + 300 * DAY, -400 * DAY))
    assert list(book.dry_days("lo-1")) == [DRY]
    assert list(book.overrides("lo-1", NOW + HOUR)) == [ALLOWED]


def test_each_plot_has_its_own() -> None:
    book = book_at(0)
    assert list(book.dry_days("lo-1")) == [DRY]
    assert list(book.dry_days("lo-2")) == []
    assert list(book.overrides("lo-2", NOW + HOUR)) == []


def _day(ahead: int) -> date:
    return TODAY + timedelta(ahead)
