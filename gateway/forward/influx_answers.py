"""What an answer of an InfluxDB 2 write endpoint means. Pure.

As observed with InfluxDB 2.7: 204 all stored. 400 nothing stored, the message names each bad line.
422 some points dropped: it gives their number and the first reason. When a batch spans shards, 422
comes as soon as one shard has failed, so that it says nothing of the others.
"""

import json
import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime

from gateway.forward.sink import Answer, Refused, Stored, TooLarge, Trouble

RETRY_AFTER_MAX_S = 3600.0
"""A store that asks for more is confused; an hour does no harm, a year would."""
REASON_MAX = 300
"""Characters of the store's own words that are kept."""

_BAD_LINE = re.compile(r"unable to parse '(?P<line>.*)': (?P<why>.*)")
_DROPPED = re.compile(r"\bdropped=(?P<count>\d+)")
_FIELD = re.compile(r'input field "(?P<field>[^"]+)" on measurement "(?P<measurement>[^"]+)"')

_MISTAKES = {
    401: "the store does not accept the token: put a valid one into the token file",
    403: "the token may not write to the bucket: create one that may",
    404: "the store does not know the organisation or the bucket: check both in site.yaml",
}


def judge(status: int, headers: Mapping[str, str], body: bytes, lines: Sequence[bytes]) -> Answer:
    """The meaning of a complete HTTP answer to a batch of `lines`."""
    said = _message(body)
    if status == 204:
        return Stored()
    if status == 400 and said is not None:
        return _judge_unparsed(said, lines)
    if status == 422 and said is not None:
        return _judge_partial(said, lines)
    words = f"HTTP {status}: {_shorten(said or body.decode(errors='replace'))}".rstrip(": ")
    if status == 413:
        return TooLarge(words)
    if status in (408, 429) or status >= 500:
        return Trouble(words, retry_after_s=_retry_after_s(headers))
    # Anything else is no store: success without storing is what a login page answers.
    advice = _MISTAKES.get(status, "this is no InfluxDB write endpoint: check the url in site.yaml")
    return Trouble(f"{advice} ({words})", mistake=True)


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """How long the store asks to wait; 0 when it does not, or says nothing that makes sense.

    A date is compared with the store's own: our clock may be wrong.
    """
    wish = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", wish, re.ASCII):
        wait_s = float(wish)
    else:
        try:
            until = parsedate_to_datetime(wish)
            wait_s = (until - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(wait_s, 0.0), RETRY_AFTER_MAX_S)


def _message(body: bytes) -> str | None:
    """The store's words; None when the body is not a v2 error, e.g. the page of a proxy."""
    try:
        error = json.loads(body)
    except ValueError:
        return None
    if not isinstance(error, Mapping):
        return None
    said = error.get("message", error.get("error"))
    return said if isinstance(said, str) else None


def _judge_unparsed(said: str, lines: Sequence[bytes]) -> Refused:
    named = {
        match["line"]: _shorten(match["why"])
        for part in said.split("\n")
        if (match := _BAD_LINE.fullmatch(part))
    }
    texts = (line.decode("utf-8", "replace") for line in lines)
    faults = {at: named[text] for at, text in enumerate(texts) if text in named}
    return Refused(faults, certain=True) if faults else _some_of(range(len(lines)), said)


def _judge_partial(said: str, lines: Sequence[bytes]) -> Refused:
    dropped = _DROPPED.search(said)
    everyone = range(len(lines))
    if dropped and int(dropped["count"]) >= len(lines):
        return Refused(dict.fromkeys(everyone, _shorten(said)), certain=True)
    if conflict := _FIELD.search(said):
        measurement = f"{conflict['measurement']},".encode()
        field = re.compile(rb"[ ,]" + re.escape(conflict["field"].encode()) + rb"=")
        suspects = [
            at for at in everyone if lines[at].startswith(measurement) and field.search(lines[at])
        ]
        if suspects:
            return _some_of(suspects, said)
    return _some_of(everyone, said)


def _some_of(positions: Sequence[int], said: str) -> Refused:
    return Refused(dict.fromkeys(positions, _shorten(said)), certain=False)


def _shorten(text: str) -> str:
    return text if len(text) <= REASON_MAX else text[: REASON_MAX - 1] + "…"
