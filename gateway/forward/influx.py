"""InfluxDB 2, or whatever offers its write endpoint, as a sink.

One connection, one request at a time. Knows the endpoint, the token and how much may go over the
line; what an answer means is in `influx_answers`.
"""

import ipaddress
import ssl
import time
import zlib
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from gateway.forward.allowance import Allowance
from gateway.forward.connection import Connection
from gateway.forward.influx_answers import judge
from gateway.forward.sink import Answer, TooLarge, Trouble
from gateway.site import InfluxConfig

TIMEOUT_S = 10.0
"""For each step of a request; 5,000 lines take about 0.1 s."""
GZIP_LEVEL = 1
"""A seventh more bytes than level 3 for three quarters of its CPU time."""
GZIP_FORMAT = 31
"""zlib's word for the largest window and a gzip header."""
BODY_MAX = 512 * 1024
"""Compressed bytes of a request: what a thin line can carry within the time-out."""
PLAIN_BODY_MAX = 16 * BODY_MAX
"""Bytes of a request that does not leave the machine: compressing it would only cost both sides
time."""
REQUEST_S = 5.0
"""On a limited line a request takes no longer than this; one line goes in any case."""
HEADERS_BYTES = 400
"""Of a request and its answer, about."""


class InfluxSink:
    """Writes to one bucket.

    `read_token` is asked before the first request and again after the store has refused us, so
    that a new token needs no restart; its OSError and ValueError are words for the technician.
    """

    name = "influxdb"

    def __init__(
        self,
        config: InfluxConfig,
        read_token: Callable[[], str],
        ca_file: Path | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._read_token = read_token
        self._ca_file = ca_file
        self._timeout_s = timeout_s
        self._clock = clock
        self._allowance = Allowance(config.max_kbit_s) if config.max_kbit_s else None
        # Behind a port of this machine there may be a tunnel: then the line's limit tells of it.
        self._compressed = self._allowance is not None or not _is_here(config.url)
        self._body_max = BODY_MAX if self._compressed else PLAIN_BODY_MAX
        if self._allowance:
            self._body_max = min(BODY_MAX, round(self._allowance.bytes_per_s * REQUEST_S))
        question = {"org": config.org, "bucket": config.bucket, "precision": "ms"}
        self._path = f"/api/v2/write?{urlencode(question)}"
        self._headers: dict[str, str] = {}
        self._connection: Connection | None = None

    def write(self, lines: Sequence[bytes]) -> Answer:
        """Send the lines in one request; see `Sink`."""
        try:
            connection = self._connection or self._connect()
        except (OSError, ValueError) as error:
            return Trouble(f"the store cannot be asked: {error}", mistake=True)
        body = b"\n".join(lines)
        if self._compressed:
            body = zlib.compress(body, GZIP_LEVEL, GZIP_FORMAT)
        if len(body) > self._body_max and len(lines) > 1:
            return TooLarge(f"{len(body)} bytes, and {self._body_max} are to go at once")
        answer = self._post(connection, body, lines)
        if isinstance(answer, Trouble) and answer.mistake:
            self.close()
        return answer

    def pause_s(self) -> float:
        """See `Sink`."""
        return self._allowance.wait_s(self._clock()) if self._allowance else 0.0

    def close(self) -> None:
        """Drop the connection, what goes on over it, and the token."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        token = self._read_token()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("the token's file holds more than one word, or letters none has")
        self._headers = {
            "Authorization": f"Token {token}",
            "Content-Type": "text/plain; charset=utf-8",
        }
        if self._compressed:
            self._headers["Content-Encoding"] = "gzip"
        self._connection = Connection(self._config.url, self._ca_file, self._timeout_s)
        return self._connection

    def _post(self, connection: Connection, body: bytes, lines: Sequence[bytes]) -> Answer:
        try:
            answered = connection.post(self._path, body, self._headers)
        except ssl.SSLError as error:
            return Trouble(f"no secure connection: {error}", mistake=True)
        except OSError as error:
            return Trouble(f"the store cannot be reached: {error}")
        except HTTPException as error:
            return Trouble(f"the store's answer is not whole: {error!r}")
        finally:
            if self._allowance:
                self._allowance.spend(len(body) + HEADERS_BYTES, self._clock())
        return judge(answered.status, answered.headers, answered.body, lines)


def _is_here(url: str) -> bool:
    """Whether the server of the URL is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
