"""InfluxDB 2, or whatever offers its write endpoint, as a sink.

One connection, one request at a time. Knows HTTP and the token; what an answer means is in
`influx_answers`. The client's own write API is not used: it hides the status (a login page's 200
would pass for success) and compresses at gzip's slowest level.
"""
# mypy: allow-untyped-calls
# The client is only partly typed.

import gzip
from collections.abc import Callable, Sequence

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from influxdb_client.service.write_service import WriteService
from urllib3.exceptions import HTTPError

from gateway.forward.influx_answers import judge
from gateway.forward.sink import Answer, Trouble
from gateway.site import InfluxConfig

TIMEOUT_S = 10.0
"""For one request. A gateway that stops may have to wait for it; 5,000 lines take about 0.1 s."""
GZIP_LEVEL = 3
"""A sixth more bytes than level 9 for a fifth of its CPU time, which was 8 µs a line."""


class InfluxSink:
    """Writes to one bucket.

    `read_token` is asked before the first request and again after the store has refused us, so
    that a new token needs no restart; its OSError and ValueError are words for the technician.
    """

    name = "influxdb"

    def __init__(
        self, config: InfluxConfig, read_token: Callable[[], str], timeout_s: float = TIMEOUT_S
    ) -> None:
        self._config = config
        self._read_token = read_token
        self._timeout_ms = round(timeout_s * 1000)
        self._client: InfluxDBClient | None = None

    def write(self, lines: Sequence[bytes]) -> Answer:
        """Send the lines in one request; see `Sink`."""
        try:
            client = self._client or self._connect()
        except (OSError, ValueError) as error:
            return Trouble(f"no token for the store: {error}", mistake=True)
        answer = self._post(client, lines)
        if isinstance(answer, Trouble) and answer.mistake:
            self.close()
        return answer

    def close(self) -> None:
        """Drop the connection and the token."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connect(self) -> InfluxDBClient:
        token = self._read_token()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("its file holds more than one word, or letters that no token has")
        self._client = InfluxDBClient(
            self._config.url, token, timeout=self._timeout_ms, org=self._config.org
        )
        return self._client

    def _post(self, client: InfluxDBClient, lines: Sequence[bytes]) -> Answer:
        try:
            _, status, headers = WriteService(client.api_client).post_write_with_http_info(
                self._config.org,
                self._config.bucket,
                gzip.compress(b"\n".join(lines), GZIP_LEVEL, mtime=0),
                precision=WritePrecision.MS,
                content_encoding="gzip",
                content_type="text/plain; charset=utf-8",
            )
            return judge(status, headers.get("Retry-After"), "", lines)
        except ApiException as error:
            if not error.status:  # how the client wraps a TLS failure
                return Trouble(f"no secure connection: {error.reason}", mistake=True)
            headers = error.headers or {}
            return judge(error.status, headers.get("Retry-After"), error.body or "", lines)
        except HTTPError as error:
            return Trouble(f"the store cannot be reached: {error}")
        except UnicodeDecodeError:  # the client insists on UTF-8
            return Trouble("the store's answer is no text", mistake=True)
