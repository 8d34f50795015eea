"""The messages besides telemetry: status, info, event, result from a device, command and ack to
it."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.command import Argument
from devices.decode import PAYLOAD_MAX, check_extra, parse_time, too_large
from devices.reading import Millis
from devices.rejection import Reason, RejectedError
from devices.text import Text
from devices.wrong_value import first_wrong

COMMAND_ID_MAX = 64
ACK_MISSING_MAX = 8
"""Ranges in one ack: a payload of some 300 bytes at most, for devices with little memory."""
M = TypeVar("M", bound="_Message")
_Short = Annotated[str, Field(max_length=200)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", strict=True, allow_inf_nan=False)


class Info(_Message):
    """What a device says of itself, once per connection, retained."""

    model: _Short = ""
    firmware: _Short = ""
    serial: _Short = ""
    capabilities: tuple[_Short, ...] = ()
    interval_s: Annotated[int, Field(ge=1, le=86_400)] | None = None


class Event(_Message):
    """Something that happened on the device; further fields are kept as they are."""

    event: Annotated[str, Field(min_length=1, max_length=63)]


class Result(_Message):
    """What became of the command `id`; further fields are the read-back."""

    id: Annotated[str, Field(min_length=1, max_length=COMMAND_ID_MAX)]
    ok: bool
    error: Annotated[str, Field(max_length=500)] | None = None


class Command(_Message):
    """A command as the device receives it; further fields are its arguments."""

    id: Annotated[str, Field(min_length=1, max_length=COMMAND_ID_MAX)]
    command: Annotated[str, Field(min_length=1, max_length=63)]
    expires_at: str | int

    @property
    def expires_at_ms(self) -> Millis:
        """Raises RejectedError when it is no time."""
        return parse_time(self.expires_at)

    @property
    def args(self) -> Mapping[str, object]:
        """The arguments."""
        return self.model_extra or {}


class Ack(_Message):
    """Which readings of the boot `boot` the gateway has on disk: all with a number up to `seq` but
    those in the `missing` ranges, both ends included.

    A device forgets what is on disk, keeps the rest, and sends again what it still holds of
    `missing`. Of later numbers, and of other boots, an ack says nothing. `boot` is absent when the
    device does not name its boots.
    """

    seq: Annotated[int, Field(ge=0)]
    boot: str | None = None
    missing: tuple[tuple[int, int], ...] = ()

    def covers(self, seq: int) -> bool:
        """Whether the reading of that number is on disk."""
        return seq <= self.seq and not any(first <= seq <= last for first, last in self.missing)


def decode_status(payload: bytes) -> bool:
    """True for `online`, False for `offline`; raises RejectedError for anything else."""
    if payload == b"online":
        return True
    if payload == b"offline":
        return False
    said = repr(payload[:40])
    raise RejectedError(
        Reason.BAD_STATUS,
        Text(
            f"status là {said}, không phải online hay offline",
            f"status is {said}, not online or offline",
        ),
    )


def decode_message(model: type[M], payload: bytes) -> M:
    """`payload` as an Info, Event, Result or Command; raises RejectedError."""
    if len(payload) > PAYLOAD_MAX:
        raise too_large(payload)
    try:
        message = model.model_validate_json(payload)
    except ValidationError as error:
        type_, wrong = first_wrong(error)
        reason = Reason.NOT_JSON if type_ == "json_invalid" else Reason.WRONG_TYPE
        raise RejectedError(reason, wrong) from None
    check_extra(message.model_extra)
    return message


def encode_ack(boot: str | None, seq: int, missing: Sequence[tuple[int, int]]) -> bytes:
    """The payload of an ack."""
    body = {"seq": seq, "missing": missing} if boot is None else {
        "boot": boot, "seq": seq, "missing": missing
    }  # fmt: skip
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def encode_command(
    id: str, command: str, args: Mapping[str, Argument], expires_at: Millis
) -> bytes:
    """The payload of a command. `expires_at` is sent as epoch ms."""
    body = {"id": id, "command": command, **args, "expires_at": expires_at}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
