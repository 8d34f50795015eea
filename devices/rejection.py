"""Why a message is not accepted. The reasons are a closed list, because they label a metric."""

from enum import Enum

from devices.text import Text


class Reason(Enum):
    """Values are what the technician and `/metrics` see."""

    BAD_TOPIC = "bad-topic"
    UNKNOWN_KIND = "unknown-kind"
    OTHER_KIND = "other-kind"  # the id belongs to a device of another kind
    TOO_MANY_DEVICES = "too-many-devices"
    TOO_LARGE = "too-large"
    NOT_JSON = "not-json"
    TOO_DEEP = "too-deep"
    WRONG_TYPE = "wrong-type"
    NOT_FINITE = "not-finite"
    OUT_OF_RANGE = "out-of-range"
    NO_SEQUENCE = "no-sequence"
    NO_METRIC = "no-metric"
    BAD_TIME = "bad-time"
    FUTURE_TIME = "future-time"
    BAD_STATUS = "bad-status"
    BABBLING = "babbling"  # the device has used up what it may send


class RejectedError(ValueError):
    """A message that must be counted and kept for the technician, and never stops the flow.
    `detail` says what exactly is wrong."""

    def __init__(self, reason: Reason, detail: Text) -> None:
        super().__init__(f"{reason.value}: {detail.en}")
        self.reason = reason
        self.detail = detail
