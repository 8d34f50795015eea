from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from devices.messages import Ack
from firmware_sim.ring import Message, Ring

SIZE = 6
ranges = st.tuples(st.integers(0, 12), st.integers(0, 12))
acks = st.builds(Ack, seq=st.integers(0, 12), missing=st.lists(ranges, max_size=2).map(tuple))


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["measure", "report", "send", "late", "reconnect"]),
            acks,
        )
    )
)
def test_a_ring_keeps_what_is_not_safe_until_it_is_full(steps: list[Any]) -> None:
    """Against two lists: what waits and what was sent. Nothing else is ever forgotten."""
    ring = Ring(SIZE)
    waiting: list[Message] = []
    sent: list[Message] = []
    numbers = iter(range(10_000))
    for step in steps:
        if isinstance(step, Ack):
            ring.acknowledged(step)
            waiting = [one for one in waiting if one.seq is None or not step.covers(one.seq)]
            unsafe = [one for one in sent if one.seq is not None and not step.covers(one.seq)]
            waiting = [one for one in unsafe if (one.seq or 0) <= step.seq] + waiting
            sent = [one for one in unsafe if (one.seq or 0) > step.seq]
        elif step in ("measure", "report"):
            number = next(numbers)
            seq = number if step == "measure" else None
            message = Message("t", b"%d" % number, seq=seq)
            ring.push(message)
            waiting.append(message)
            if len(waiting) + len(sent) > SIZE:
                del (sent or waiting)[0]
        elif step == "reconnect":
            ring.send_again()
            waiting, sent = sent + waiting, []
        elif step == "late":
            ring.sent(Message("t", b"gone", seq=0))
        elif (first := ring.first()) is not None:
            ring.sent(first)
            del waiting[0]
            sent += [first] if first.seq is not None else []
        assert list(ring) == sent + waiting
        assert len(ring) == len(sent) + len(waiting)
        assert ring.first() == (waiting[0] if waiting else None)


def test_a_reading_that_is_acknowledged_while_it_is_sent_is_done_with() -> None:
    ring = Ring()
    ring.push(reading := Message("t", b"", seq=0))
    ring.acknowledged(Ack(seq=0))
    ring.sent(reading)
    assert len(ring) == 0
