"""A device that babbles is limited, somebody is told, and nobody else is harmed."""

import pytest

from devices.rejection import Reason
from gateway.budgets import BABBLE, CALM_ROUNDS
from tests.gateway.driven_hamlet import Hamlet, Open
from tests.gateway.small_site import soil, topic

BURST, PER_MINUTE, ROUND_S = 500, 60, 30
ALLOWANCE = PER_MINUTE * ROUND_S // 60


@pytest.fixture
def hamlet(open_hamlet: Open) -> Hamlet:
    limits = {"device_messages_per_minute": PER_MINUTE, "device_burst": BURST}
    return open_hamlet(limits=limits)


def test_after_its_burst_a_device_is_rejected_and_the_others_are_heard(hamlet: Hamlet) -> None:
    tokens = [babble(hamlet, 0, BURST + 7)]
    assert hamlet.counted == (BURST, 0, 7)
    assert hamlet.reason() is Reason.BABBLING
    hamlet.say(topic("soil-1", "event"), b'{"event":"x"}')
    assert hamlet.counted == (BURST, 0, 8), "whatever it says"
    hamlet.say(topic("soil-2"), soil(0))
    assert hamlet.counted == (BURST + 1, 0, 8)
    assert hamlet.pipeline.counters.received == sum(hamlet.counted)
    assert len(hamlet.commit().tokens) == sum(tokens), "rejected, but acknowledged"


def test_garbage_counts_too(hamlet: Hamlet) -> None:
    for _ in range(BURST + 1):
        hamlet.say(topic("soil-1"), b"{")
    rejected = hamlet.pipeline.counters.rejected
    assert (rejected[Reason.NOT_JSON], rejected[Reason.BABBLING]) == (BURST, 1)


def test_what_flows_back_in_a_round_may_be_sent(hamlet: Hamlet) -> None:
    babble(hamlet, 0, BURST + 100)
    go_round(hamlet)
    before = hamlet.counted[0]
    babble(hamlet, BURST, 2 * ALLOWANCE)
    assert hamlet.counted[0] - before == ALLOWANCE


def test_an_alert_is_open_until_the_device_is_calm(hamlet: Hamlet) -> None:
    babble(hamlet, 0, BURST)
    assert alerts(hamlet) == []
    babble(hamlet, BURST, 2)
    assert alerts(hamlet) == [("soil-1", True)]
    for round in range(1, CALM_ROUNDS + 3):  # it goes on with a little too much
        babble(hamlet, 2 * BURST * round, ALLOWANCE + 1)
        go_round(hamlet)
    assert alerts(hamlet) == [("soil-1", True)]
    for _ in range(CALM_ROUNDS - 1):
        assert alerts(hamlet) == [("soil-1", True)]
        go_round(hamlet)
    assert alerts(hamlet) == [("soil-1", False)]
    go_round(hamlet)
    assert alerts(hamlet) == [("soil-1", False)]


def test_a_restart_is_no_new_burst_for_who_babbles(hamlet: Hamlet) -> None:
    babble(hamlet, 0, BURST + 1)
    hamlet.commit()
    hamlet.restart()
    go_round(hamlet)
    assert alerts(hamlet) == [("soil-1", True)]
    babble(hamlet, BURST, 2 * ALLOWANCE)
    assert hamlet.counted[0] == ALLOWANCE


def babble(hamlet: Hamlet, first: int, count: int) -> int:
    """So many readings of soil-1; returns how many messages that were."""
    for seq in range(first, first + count):
        hamlet.say(topic("soil-1"), soil(seq), token=1 + seq)
    return count


def go_round(hamlet: Hamlet) -> None:
    for _ in range(ROUND_S):
        hamlet.pipeline.visit(hamlet.now)


def test_the_alert_names_the_device(hamlet: Hamlet) -> None:
    babble(hamlet, 0, BURST + 1)
    hamlet.commit()
    [(message,)] = hamlet.ask("SELECT message FROM alert")
    label = hamlet.device("soil-1").label
    assert f"{label.vi} gửi quá nhiều tin" in message
    assert f"{label.en} sends too many messages" in message


def alerts(hamlet: Hamlet) -> list[tuple[str, bool]]:
    """Subject, and whether it is open, of those in the journal."""
    hamlet.commit()
    found = hamlet.ask(
        f"SELECT subject, resolved_at IS NULL FROM alert WHERE source = '{BABBLE}'"  # noqa: S608
    )
    return [(subject, bool(still)) for subject, still in found]
