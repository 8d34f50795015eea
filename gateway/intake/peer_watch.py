"""Whether the broker is still there: a question asked twice per keep-alive interval."""


class PeerWatch:
    """Decides at each tick whether to ping or to give up. Any byte heard is a sign of life.

    While reading is paused no answer can arrive, so none is missed then; pings go on, since the
    broker, too, drops a client that is silent.
    """

    def __init__(self) -> None:
        self._waiting = False

    def heard(self) -> None:
        self._waiting = False

    def tick(self, *, reading: bool) -> bool:
        """True: send a ping. False: the last one was not answered."""
        alive = not (self._waiting and reading)
        self._waiting = reading
        return alive
