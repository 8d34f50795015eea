"""One kept connection to the HTTP server of a store.

Owns sockets, TLS and the limits of an answer; knows nothing of InfluxDB. The client's pool is not
used here: a request under way must end when the gateway does, and an answer must not grow.
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

ANSWER_MAX = 4 * 1024 * 1024
"""Bytes. InfluxDB repeats each line that it cannot read: at most a batch of them."""


class Answered(NamedTuple):
    """A complete answer; the names of its headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """To the server of `url`. One thread at a time asks; any thread may close."""

    def __init__(self, url: str, ca_file: Path | None, timeout_s: float) -> None:
        """`timeout_s` bounds each step of the exchange, not the whole. Raises OSError when the
        file of the certificate authority cannot be used."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        self._path = parts.path.rstrip("/")
        self._http: HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=ca_file)
            self._http = HTTPSConnection(host, parts.port, timeout=timeout_s, context=context)
        else:
            self._http = HTTPConnection(host, parts.port, timeout=timeout_s)
        self._asking = threading.Lock()
        self._closed = False

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Ask. Redirects are answers like any other. Raises OSError or HTTPException."""
        with self._asking:
            kept = self._http.sock is not None
            try:
                try:
                    return self._exchange(path, body, headers)
                except ConnectionError:
                    # A server may end a connection that is not used, at any time.
                    if not kept or self._closed:
                        raise
                    self._http.close()
                    return self._exchange(path, body, headers)
            except (OSError, HTTPException):
                self._http.close()
                raise
            finally:
                if self._closed:
                    self._http.close()

    def close(self) -> None:
        """Close. A request under way in another thread fails at once."""
        self._closed = True
        if self._asking.acquire(blocking=False):
            self._http.close()
            self._asking.release()
        elif sock := self._http.sock:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _exchange(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        if self._closed:
            raise ConnectionAbortedError("closed")
        self._http.request("POST", self._path + path, body, dict(headers))
        with self._http.getresponse() as response:
            said = bytearray()
            while part := response.read(ANSWER_MAX + 1 - len(said)):
                said += part
            if len(said) > ANSWER_MAX:
                raise HTTPException(f"an answer of more than {ANSWER_MAX} bytes")
            if response.length:  # the connection ended before the answer did
                raise IncompleteRead(bytes(said), response.length)
            sent = {name.lower(): value for name, value in response.getheaders()}
            return Answered(response.status, sent, bytes(said))
