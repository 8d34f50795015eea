"""A store that may hang, asked by people who will not wait for it."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from gateway.detached import detach
from gateway.history import Store, StoreError

PATIENCE_S = 1.5
"""Nobody waits two seconds for a page because of a store; the rest is for the page itself."""
REST_S = 30.0
"""A store that has not answered is left alone so long: else every page would wait for it."""

T = TypeVar("T")


class PatientStore:
    """Asks in threads that nobody has to wait for; called from any thread, at several at a time.

    After a failure nothing is asked for a while, and then one question first.
    """

    def __init__(
        self,
        store: Store,
        *,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._patience_s = patience_s
        self._clock = clock
        self._lock = threading.Lock()
        self._rests_until: float | None = None

    def ask(self, question: Callable[[Store], T]) -> T | None:
        """The answer; None when there is none, after `patience_s` at the latest."""
        if not self._may_ask():
            return None
        try:
            answer = detach(question, self._store).result(self._patience_s)
        except (StoreError, TimeoutError):
            self._rests_until = self._clock() + REST_S
            return None
        self._rests_until = None
        return answer

    def _may_ask(self) -> bool:
        with self._lock:
            if self._rests_until is None:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until = self._clock() + REST_S  # the others wait for what comes of this
            return True
