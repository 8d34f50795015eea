"""A time as a technician types it for a command about a site."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from devices.reading import Millis
from gateway.cli.complaints import refuse


def typed_time(option: str, written: str, zone: ZoneInfo) -> Millis:
    """Local time of the site, a time with its offset, or epoch ms. Ends the command with a
    sentence that names the `option` where it is none of them."""
    try:
        if written.isdecimal():
            then = datetime.fromtimestamp(int(written) / 1000, UTC)
        else:
            then = datetime.fromisoformat(written)
        return round(then.replace(tzinfo=then.tzinfo or zone).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        refuse(f"{option}: {written!r} is no time; write e.g. 2026-11-22T06:30")
