"""What answers mean; the bodies are those of a real InfluxDB 2.7 unless said otherwise."""

import json

import pytest

from gateway.forward.influx_answers import REASON_MAX, RETRY_AFTER_MAX_S, judge
from gateway.forward.sink import Refused, Stored, TooLarge, Trouble

LINES = [b"light,device=a x=1i 1", b"light,device=a y=2.5 2", b"soil,device=b x=2.5 3"]
CONFLICT = (
    "failure writing points to database: partial write: field type conflict: input field "
    '"x" on measurement "light" is type integer, already exists as type float dropped={}'
)


def body(message: str, code: str = "invalid") -> bytes:
    return json.dumps({"code": code, "message": message}).encode()


def test_only_204_is_success() -> None:
    assert judge(204, {}, b"", LINES) == Stored()


@pytest.mark.parametrize("status", [200, 201, 301, 302, 401, 403, 404, 405, 410])
def test_what_only_a_person_can_correct(status: int) -> None:
    answer = judge(status, {}, b"<html>Log in to our wifi!</html>", LINES)
    assert isinstance(answer, Trouble)
    assert answer.mistake
    assert str(status) in answer.reason


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_passes_by_itself(status: int) -> None:
    answer = judge(status, {"retry-after": "7"}, b"busy", LINES)
    assert answer == Trouble(f"HTTP {status}: busy", retry_after_s=7.0)


def test_too_large() -> None:
    assert judge(413, {}, b"", LINES) == TooLarge("HTTP 413")


def test_400_names_the_bad_lines_even_with_quotes_in_them() -> None:
    lines = [*LINES, b"it's,a=': b x= 1", "chè x= 1".encode()]
    said = "\n".join(
        f"unable to parse '{line.decode()}': missing field value" for line in lines[3:]
    )
    assert judge(400, {}, body(said), lines) == Refused(
        {3: "missing field value", 4: "missing field value"}, certain=True
    )


def test_400_that_names_nothing_may_be_any_line() -> None:
    answer = judge(400, {}, body("line is bad"), LINES)
    assert answer == Refused(dict.fromkeys(range(3), "line is bad"), certain=False)


def test_400_of_influxdb_3_has_its_own_key() -> None:  # from its documentation
    answer = judge(400, {}, json.dumps({"error": "partial write", "data": []}).encode(), LINES)
    assert answer == Refused(dict.fromkeys(range(3), "partial write"), certain=False)


@pytest.mark.parametrize("page", ["<html>plain HTTP to HTTPS port</html>", "", "[]", "{}", "null"])
@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_that_is_not_from_a_store_blames_no_line(status: int, page: str) -> None:
    answer = judge(status, {}, page.encode(), LINES)
    assert isinstance(answer, Trouble)
    assert answer.mistake


def test_422_suspects_the_lines_with_the_field_of_that_measurement() -> None:
    said = CONFLICT.format(1)
    answer = judge(422, {}, body(said, "unprocessable entity"), LINES)
    assert answer == Refused({0: said}, certain=False)


def test_422_that_dropped_everything_is_certain() -> None:
    said = CONFLICT.format(3)
    answer = judge(422, {}, body(said), LINES)
    assert answer == Refused(dict.fromkeys(range(3), said), certain=True)


def test_422_for_old_points_does_not_say_which() -> None:
    said = "partial write: dropped 1 points outside retention policy of duration 1h0m0s dropped=1"
    assert judge(422, {}, body(said), LINES) == Refused(
        dict.fromkeys(range(3), said), certain=False
    )


def test_long_words_are_cut() -> None:
    answer = judge(500, {}, b"x" * 100_000, LINES)
    assert isinstance(answer, Trouble)
    assert len(answer.reason) < REASON_MAX + 20


def waits(**headers: str) -> float:
    answer = judge(503, {name.replace("_", "-"): text for name, text in headers.items()}, b"", [])
    assert isinstance(answer, Trouble)
    return answer.retry_after_s


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("5", 5.0), (" 12 ", 12.0), ("0", 0.0), ("-1", 0.0), ("nan", 0.0), ("٣", 0.0), ("", 0.0),
        ("99999999", RETRY_AFTER_MAX_S), ("9" * 400, 0.0),
    ],
)  # fmt: skip
def test_retry_after_so_many_seconds(wish: str, seconds: float) -> None:
    assert waits(retry_after=wish) == seconds


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0),
        ("Thu, 22 Oct 2026 07:28:00 GMT", RETRY_AFTER_MAX_S),
        ("Wed, 21 Oct 2026 07:28:30", 0.0),  # of no time zone
        ("Wed, 99 Oct 99999 07:28:30 GMT", 0.0),
        ("tomorrow", 0.0),
    ],
)
def test_retry_after_a_date_is_counted_by_the_clock_of_the_store(
    until: str, seconds: float
) -> None:
    assert waits(retry_after=until, date="Wed, 21 Oct 2026 07:28:00 GMT") == seconds
    assert waits(retry_after=until) == waits(retry_after=until, date="?") == 0.0


def test_no_wish_is_no_wait() -> None:
    assert waits() == 0.0
