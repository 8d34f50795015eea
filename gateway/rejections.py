"""What is kept of the messages that are not accepted, for the technician. Pure.

All of them are counted. Kept are the first few of each device and reason, so that a device gone mad
does not push out what the others did wrong.
"""

import json
from collections import Counter

from devices.decode import BOOT_MAX
from devices.decode import PAYLOAD_MAX as SENT_MAX
from devices.reading import Millis
from devices.rejection import Reason, RejectedError
from devices.text import Text
from gateway.fleet import Device
from gateway.journal.batch import RejectedRow

PAYLOAD_MAX = 512
"""Bytes of a message that are kept: enough to see what it is."""
TOPIC_MAX = 320
DETAIL_MAX = 500
WINDOW_MS: Millis = 600_000
KEPT_OF_DEVICE = 10
"""Per reason in WINDOW_MS: a technician sees what is wrong and that it goes on; a device that sends
nothing else fills a tenth of the journal's table in a day."""
KEPT_OF_STRANGERS = 100
"""The same for all topics of no known device together."""


class Rejections:
    """Decides what is kept; the time that it is told may jump, in either direction."""

    def __init__(self) -> None:
        self._window = 0
        self._kept: Counter[tuple[int | None, Reason]] = Counter()

    def keep(
        self, topic: str, payload: bytes, error: RejectedError, device: Device | None, now: Millis
    ) -> RejectedRow | None:
        """The row for the journal, or None when there are enough like it. The device is not asked
        for that reading again, unless it would do when there is less of it."""
        if device is not None and error.reason is not Reason.BABBLING:
            _refuse(device, payload)
        if now // WINDOW_MS != self._window:
            self._window = now // WINDOW_MS
            self._kept.clear()
        key = (device.number if device else None, error.reason)
        if self._kept[key] >= (KEPT_OF_DEVICE if device else KEPT_OF_STRANGERS):
            return None
        self._kept[key] += 1
        return RejectedRow(
            received_at=now,
            topic=topic[:TOPIC_MAX],
            reason=error.reason.value,
            detail=Text(*(text[:DETAIL_MAX] for text in error.detail)),
            payload=payload[:PAYLOAD_MAX],
        )


def _refuse(device: Device, payload: bytes) -> None:
    """Note the number of a rejected reading, if it has one."""
    if len(payload) > SENT_MAX:
        return
    try:
        sent = json.loads(payload)  # takes NaN, for which readings are rejected, too
    except (ValueError, RecursionError):
        return
    if not isinstance(sent, dict):
        return
    seq, boot = sent.get("seq"), sent.get("boot")
    named = isinstance(boot, str) and len(boot) <= BOOT_MAX
    if type(seq) is int and (boot is None or named):
        device.sequences.refuse(boot, seq)
