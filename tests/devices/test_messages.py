"""What devices say besides telemetry is checked as strictly, unknown fields included."""

import json

import pytest

from devices.messages import Event, Info, Result, decode_message
from devices.rejection import Reason, RejectedError

BODIES = {Info: b"", Event: b'"event":"door-opened",', Result: b'"id":"c-1","ok":true,'}
DEEP = json.dumps([[[[[[[[[1]]]]]]]]]).encode()


@pytest.mark.parametrize("model", BODIES)
@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (b'"x":NaN', Reason.NOT_FINITE),
        (b'"x":[{"y":-Infinity}]', Reason.NOT_FINITE),
        (b'"x":' + DEEP, Reason.TOO_DEEP),
        (b'"x":1', None),
        (b'"x":{"y":[1.5,null,"z"]}', None),
    ],
)
def test_unknown_fields_are_standard_json_and_shallow(
    model: type[Info] | type[Event] | type[Result], field: bytes, reason: Reason | None
) -> None:
    payload = b"{" + BODIES[model] + field + b"}"
    if reason is None:
        assert decode_message(model, payload).model_extra
        return
    with pytest.raises(RejectedError) as error:
        decode_message(model, payload)
    assert error.value.reason is reason
