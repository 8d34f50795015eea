"""The gateway's clock at a start: it goes on from what the journal knows of the time."""

import sqlite3

from gateway.journal.periods import begin_period, lasting_scale, newest_time
from gateway.timekeeping.clocks import Clocks
from gateway.timekeeping.own_clock import OwnClock


def start_clock(clocks: Clocks, connection: sqlite3.Connection) -> OwnClock:
    """Time is counted as an earlier gateway did, if the machine has run since; the journal notes
    what is stamped by this clock. Raises sqlite3.Error."""
    earlier = lasting_scale(connection, clocks.boot)
    clock = OwnClock(clocks, newest_time(connection), earlier)
    begin_period(connection, clocks.boot, clock.scale)
    return clock
