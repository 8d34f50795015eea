"""Asking a store that may hang."""

import threading
from collections.abc import Mapping, Sequence

import pytest

from devices.reading import Millis
from gateway.decisions import StateChanged
from gateway.history import Measured, Point, Store, StoreError
from gateway.patient_store import REST_S, PatientStore


class MemoryStore:
    """Answers nothing that anybody looks at."""

    def latest(self, device: str) -> Mapping[str, Measured]:
        return {}

    def series(
        self, device: str, metric: str, start: Millis, end: Millis, step: Millis
    ) -> Sequence[Point]:
        return []

    def states(
        self, start: Millis, end: Millis, device: str | None = None
    ) -> Mapping[str, Sequence[StateChanged]]:
        return {}


class Asker:
    """Asks a store that hangs until it `answers`, and counts how often it was really asked."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked = 0
        self.answers = threading.Event()
        self.store = PatientStore(MemoryStore(), patience_s=0.05, clock=lambda: self.now)

    def ask(self) -> str | None:
        def question(_: Store) -> str:
            self.asked += 1
            self.answers.wait(60)
            return "fine"

        return self.store.ask(question)


@pytest.fixture
def asker() -> Asker:
    return Asker()


def test_an_answer_is_handed_on() -> None:
    store = PatientStore(MemoryStore())
    assert store.ask(lambda _: 7) == 7


def test_who_hangs_is_not_waited_for_and_then_left_alone(asker: Asker) -> None:
    assert asker.ask() is None
    asker.now += REST_S - 1
    assert asker.ask() is None
    assert asker.asked == 1
    asker.answers.set()


def test_after_a_rest_one_question_tells_whether_it_answers_again(asker: Asker) -> None:
    asker.ask()
    asker.now += REST_S
    assert asker.ask() is None  # it hangs still
    assert asker.asked == 2
    asker.now += REST_S
    asker.answers.set()
    assert asker.store.ask(lambda _: "fine") == "fine"
    assert asker.store.ask(lambda _: "fine") == "fine"


def test_while_one_finds_out_the_others_do_not_wait() -> None:
    now = 1000.0
    store = PatientStore(MemoryStore(), clock=lambda: now)

    def refuse(_: Store) -> None:
        raise StoreError("away")

    assert store.ask(refuse) is None
    now += REST_S
    meanwhile: list[object] = []

    def find_out(_: Store) -> str:
        meanwhile.append(store.ask(lambda _: "asked"))
        return "fine"

    assert store.ask(find_out) == "fine"
    assert meanwhile == [None]


def test_a_mistake_of_ours_is_not_hidden() -> None:
    def mistake(_: Store) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        PatientStore(MemoryStore()).ask(mistake)
