"""What a long-term store answers, which may be anything that calls itself HTTP."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.forward.influx_answers import judge
from gateway.forward.sink import Refused
from tests.fuzz.conftest import Fuzz
from tests.fuzz.mutation import mutated

LINES = [b"soil,device=a soil_ph=5 1795305600000", b"light,device=b battery_v=1 1795305600001"]
BODIES = [
    b'{"code":"invalid","message":"unable to parse \'soil,device=a soil_ph=5\': bad\\nunable"}',
    b'{"code":"unprocessable entity","message":"failure writing points to database: partial write:'
    b' field type conflict: input field \\"x\\" on measurement \\"light\\" is type integer, already'
    b' exists as type float dropped=1"}',
    b"", b"<html>", b"null", b"[1]", b'{"message":1}',
]  # fmt: skip
STATUSES = [100, 200, 204, 301, 400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503, 599, 999]
WAITS = ["0", "5", "-1", "1e999", "NaN", "Wed, 21 Oct 2026 07:28:00 GMT", "", "soon", "9" * 400]


def test_answers(fuzz: Fuzz) -> None:
    header = st.one_of(st.sampled_from(WAITS), st.text(max_size=20))

    @given(st.sampled_from(STATUSES), header, mutated(BODIES))
    def check(status: int, wait: str, body: bytes) -> None:
        answer = judge(status, {"Retry-After": wait, "retry-after": wait}, body, LINES)
        if isinstance(answer, Refused):
            assert answer.faults.keys() <= set(range(len(LINES)))

    fuzz(check)
