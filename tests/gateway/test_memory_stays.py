"""Memory does not grow with what has come, only with how many devices there are."""

import gc
import sys
from collections.abc import Callable

from gateway.sequences import BOOTS_MAX
from tests.gateway.driven_hamlet import MINUTE, Hamlet
from tests.gateway.small_site import topic

MESSAGES = 100
BOOTS = 40
SLACK = MESSAGES * BOOTS // 4
"""Blocks of memory. Some two hundred come and go with the interpreter's caches; one kept for each
message would be four times as many as this."""


def test_messages_and_new_boots_leave_nothing_behind(open_hamlet: Callable[..., Hamlet]) -> None:
    hamlet = open_hamlet()

    def live(boots: range) -> int:
        for boot in boots:
            for seq in range(MESSAGES):
                hamlet.now += MINUTE
                body = b'{"boot":"%d","seq":%d,"soil_moisture_pct":%d}' % (boot, seq, seq % 7 + 20)
                hamlet.say(topic("soil-1"), body, token=1)
                hamlet.pipeline.tick(hamlet.now)
                hamlet.pipeline.visit(hamlet.now)
            hamlet.commit()
        gc.collect()
        return sys.getallocatedblocks()

    at_first = live(range(2 * BOOTS_MAX))
    assert live(range(2 * BOOTS_MAX, 2 * BOOTS_MAX + BOOTS)) - at_first < SLACK
