from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.ring import Message, Ring


@given(st.lists(st.one_of(st.just("push"), st.just("acknowledge"), st.just("stale"))))
def test_a_ring_is_a_bounded_queue(steps: list[str]) -> None:
    """Against a list: oldest first, the oldest lost when full, a late acknowledgement ignored."""
    ring, model = Ring(size=3), list[Message]()
    stale = Message("gone", b"")
    for number, step in enumerate(steps):
        if step == "push":
            message = Message("t", b"%d" % number)
            ring.push(message)
            model = [*model, message][-3:]
        elif step == "stale":
            ring.acknowledged(stale)
        elif (first := ring.first()) is not None:
            ring.acknowledged(first)
            del model[0]
        assert list(ring) == model
        assert len(ring) == len(model)
        assert ring.first() == (model[0] if model else None)
