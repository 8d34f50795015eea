"""Times as people of the hamlet write them: on a command line, in a table."""

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from devices.decode import LATEST, parse_time
from devices.reading import Millis
from devices.rejection import Reason, RejectedError
from devices.text import Text

DIGITS_MAX = 15
"""Epoch ms of the year 33658; more are no time, and might take long to read."""


def parse_local(text: str, zone: ZoneInfo | None = None) -> Millis:
    """RFC 3339 or epoch ms; without an offset, the time of the `zone` if there is one.

    Raises RejectedError.
    """
    sent: str | int = text
    if text.isascii() and text.isdigit():
        sent = int(text[:DIGITS_MAX])
    elif zone is not None:
        with suppress(ValueError):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                sent = moment.replace(tzinfo=zone).isoformat()
    at = parse_time(sent)
    if at >= LATEST:
        wrong = Text(f"giờ {text[:40]!r} là sau năm 2099", f"time {text[:40]!r} is after 2099")
        raise RejectedError(Reason.BAD_TIME, wrong)
    return at
