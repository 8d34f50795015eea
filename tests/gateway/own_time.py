"""The time in tests of the outer layers."""

from gateway.timekeeping.clocks import SystemClocks
from gateway.timekeeping.own_clock import OwnClock

now_ms = OwnClock(SystemClocks()).now
"""The time by this machine, as a gateway keeps it."""
