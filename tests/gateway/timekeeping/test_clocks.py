"""This machine's clocks, as they are."""

import time

from gateway.timekeeping.clocks import SystemClocks
from gateway.timekeeping.own_clock import OwnClock


def test_uptime_and_wall_clock_are_read() -> None:
    clocks = SystemClocks()
    before = clocks.uptime()
    read = clocks.read()
    assert before <= read.uptime <= clocks.uptime()
    assert abs(read.wall - time.time() * 1000) < 60_000
    assert SystemClocks().boot == clocks.boot


def test_own_time_is_the_wall_time_of_a_machine_that_nothing_speaks_against() -> None:
    clock = OwnClock(SystemClocks())
    assert clock.look() is None
    assert abs(clock.now() - time.time() * 1000) < 60_000
