"""From the bytes of one telemetry message to one reading, or to the reason why not.

One compiled validator per kind, built from its metrics. This is the hot path of the gateway.
"""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from devices.kind import Kind
from devices.kinds import KINDS
from devices.metric import INT64_MAX, Metric
from devices.reading import NOTHING, Millis, Reading
from devices.rejection import Reason, RejectedError
from devices.text import Text
from devices.wrong_value import first_wrong

PAYLOAD_MAX = 64 * 1024
"""Bytes. The largest honest message of any kind is under 1 KiB."""
DEPTH_MAX = 8
"""Nesting of objects and lists, the message itself being the first; metrics are flat."""
BOOT_MAX = 64
"""Characters of a boot name: a UUID with room to spare."""
AHEAD_MAX_MS = 24 * 3600 * 1000
"""A clock further ahead than a day is wrong, and would hide every later reading."""
EARLIEST: Millis = 1_577_836_800_000
"""2020-01-01. Before it the device has no clock (1970, 2000) and says nothing of the time."""
LATEST: Millis = 4_102_444_800_000
"""2100-01-01: no clock is right that is further ahead."""

LEAP_SECOND = re.compile(r"(.{11}\d\d:59):60(?:\.\d+)?(Z|[+-]\d\d:\d\d)")

SHOWN_MAX = 40
"""Characters of a wrong time that are shown: an honest one has 25."""

_ABSENT = object()

Decode = Callable[[str, bytes, Millis], Reading]
"""(device id, payload, received_at) → reading; raises RejectedError."""


def _metric_schema(metric: Metric) -> CoreSchema:
    if metric.type is bool:
        return core_schema.bool_schema(strict=True)
    if metric.type is int:
        return core_schema.int_schema(strict=True, ge=int(metric.low), le=int(metric.high))
    return core_schema.float_schema(strict=True, ge=metric.low, le=metric.high, allow_inf_nan=False)


def _message_schema(kind: Kind) -> CoreSchema:
    field = core_schema.typed_dict_field
    fields = {metric.name: field(_metric_schema(metric), required=False) for metric in kind.metrics}
    fields["seq"] = field(core_schema.int_schema(strict=True, ge=0, le=INT64_MAX))
    fields["boot"] = field(
        core_schema.str_schema(strict=True, min_length=1, max_length=BOOT_MAX), required=False
    )
    # parse_time checks it: a union of two types would cost a third of the whole validation.
    fields["measured_at"] = field(core_schema.any_schema(), required=False)
    return core_schema.typed_dict_schema(fields, extra_behavior="allow")


def build_decoder(kind: Kind) -> Decode:
    """The decoder of a kind.

    Times are int ms UTC. Raises RejectedError with the reason; never any other error, whatever
    the bytes are.
    """
    validate: Callable[[bytes], dict[str, Any]]
    validate = SchemaValidator(_message_schema(kind)).validate_json
    metrics = frozenset(metric.name for metric in kind.metrics)
    name = kind.name
    known = metrics.issuperset
    no_metric = Text(f"không có số đo nào của loại {name}", f"no metric of a {name} in it")
    new = tuple.__new__

    def decode(device: str, payload: bytes, received_at: Millis) -> Reading:
        if len(payload) > PAYLOAD_MAX:
            raise too_large(payload)
        try:
            values = validate(payload)
        except ValidationError as error:
            raise _rejection(error) from None
        seq = values.pop("seq")
        boot = values.pop("boot", None)
        sent = values.pop("measured_at", _ABSENT)
        measured_at = received_at if sent is _ABSENT else parse_time(sent)
        if measured_at > received_at + AHEAD_MAX_MS:
            raise _bad_time(sent, _AHEAD, Reason.FUTURE_TIME)
        extra = NOTHING if known(values) else _take_extra(values, metrics)
        if not values:
            raise RejectedError(Reason.NO_METRIC, no_metric)
        # What Reading(…) does, at half the cost: this line runs for every message.
        return new(Reading, (device, name, boot, seq, measured_at, received_at, values, extra))

    return decode


DECODERS: dict[str, Decode] = {name: build_decoder(kind) for name, kind in KINDS.items()}
"""The decoder of every kind by the kind's name."""


def parse_time(sent: object) -> Millis:
    """Epoch milliseconds of an RFC 3339 string with offset, or of a number of epoch ms.

    Raises RejectedError: WRONG_TYPE or BAD_TIME.
    """
    if type(sent) is str:
        try:
            moment = datetime.fromisoformat(sent)
        except ValueError:
            moment = _leap_second(sent)
        if moment.tzinfo is None:
            raise _bad_time(sent, Text("thiếu múi giờ", "lacks its UTC offset"))
        measured_at = round(moment.timestamp() * 1000)
    elif type(sent) is int:  # not isinstance: true is no number
        measured_at = sent
    else:
        raise _bad_time(sent, _NO_TIME, Reason.WRONG_TYPE)
    if measured_at < EARLIEST:
        raise _bad_time(sent, Text("là trước năm 2020", "is before 2020"))
    return measured_at


def _leap_second(sent: str) -> datetime:
    """23:59:60 UTC is the second before midnight once more, which epoch time takes for the first
    one of the day."""
    found = LEAP_SECOND.fullmatch(sent)
    if found:
        with suppress(ValueError, OverflowError):
            midnight = datetime.fromisoformat(f"{found[1]}:59{found[2]}") + timedelta(seconds=1)
            if midnight.tzinfo and midnight.astimezone(UTC).time() == time():
                return midnight
    raise _bad_time(sent, Text("không theo RFC 3339", "is no RFC 3339"))


_AHEAD = Text("là hơn 24 giờ sau bây giờ", "is over 24 h ahead")
_NO_TIME = Text("không phải chuỗi ký tự hay số nguyên", "is neither text nor a whole number")


def _bad_time(sent: object, wrong: Text, reason: Reason = Reason.BAD_TIME) -> RejectedError:
    shown = repr(sent)[:SHOWN_MAX]
    return RejectedError(reason, Text(f"thời gian {shown} {wrong.vi}", f"time {shown} {wrong.en}"))


def too_large(payload: bytes) -> RejectedError:
    """Why a message over PAYLOAD_MAX is rejected."""
    size = len(payload)
    detail = Text(
        f"{size} byte, nhiều nhất là {PAYLOAD_MAX}", f"{size} bytes, at most {PAYLOAD_MAX}"
    )
    return RejectedError(Reason.TOO_LARGE, detail)


def _take_extra(values: dict[str, object], metrics: frozenset[str]) -> Mapping[str, object]:
    extra = {name: values.pop(name) for name in values.keys() - metrics}
    check_extra(extra)
    return extra


def check_extra(value: object, depth: int = 1) -> None:
    """Unknown fields are stored as sent, so they must be standard JSON and shallow; else raises
    RejectedError."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise RejectedError(Reason.NOT_FINITE, _EXTRA_NOT_FINITE)
    elif isinstance(value, dict | list):
        if depth > DEPTH_MAX:
            raise RejectedError(Reason.TOO_DEEP, _EXTRA_TOO_DEEP)
        for inner in value.values() if isinstance(value, dict) else value:
            check_extra(inner, depth + 1)


_EXTRA_NOT_FINITE = Text(
    "NaN hoặc vô cực trong một trường lạ", "NaN or infinity in an unknown field"
)
_EXTRA_TOO_DEEP = Text(f"lồng quá {DEPTH_MAX} tầng", f"nested deeper than {DEPTH_MAX}")
_REASONS = {
    "json_invalid": Reason.NOT_JSON,
    "finite_number": Reason.NOT_FINITE,
    "greater_than_equal": Reason.OUT_OF_RANGE,
    "less_than_equal": Reason.OUT_OF_RANGE,
    "missing": Reason.NO_SEQUENCE,  # seq is the only field a message must have
}


def _rejection(error: ValidationError) -> RejectedError:
    type_, wrong = first_wrong(error)
    return RejectedError(_REASONS.get(type_, Reason.WRONG_TYPE), wrong)
