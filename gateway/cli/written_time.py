"""A time as a technician types it for a command about a site."""

from zoneinfo import ZoneInfo

from devices.reading import Millis
from devices.rejection import RejectedError
from gateway.cli.complaints import refuse
from gateway.local_time import parse_local


def typed_time(option: str, written: str | None, zone: ZoneInfo | None = None) -> Millis | None:
    """As `parse_local` reads it; None where the option was not given. Ends the command with a
    sentence that names the `option` where it is no time."""
    if written is None:
        return None
    try:
        return parse_local(written, zone)
    except RejectedError as error:
        refuse(f"{option}: {error.detail.en}; write e.g. 2026-11-22T06:30+07:00")
