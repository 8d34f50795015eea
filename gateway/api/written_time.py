"""Times as they are written in an address."""

from devices.decode import parse_time
from devices.rejection import RejectedError
from gateway.api.problems import Problem
from gateway.clock import Millis

TIME_DIGITS_MAX = 15
"""Epoch ms of the year 33658; SQLite counts further, but nobody does."""


def parse_written(name: str, written: str) -> Millis:
    """RFC 3339 or epoch ms. Raises Problem, with the `name` of the parameter."""
    is_number = written.isascii() and written.isdigit() and len(written) <= TIME_DIGITS_MAX
    try:
        return parse_time(int(written) if is_number else written)
    except RejectedError as error:
        raise Problem(422, f"{name}: {error.detail.en}") from None
