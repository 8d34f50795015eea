"""A store on a local port that answers as a test wants it, byte by byte."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
KEPT_OPEN_AFTER = (NO_CONTENT, b"HTTP/1.1 4", b"HTTP/1.1 5")
HANG = None
"""Keep the connection open and say nothing."""


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    lines: list[bytes]


Reply = Callable[[Request], bytes | None]


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A complete answer; `_` in a header's name stands for `-`."""
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return head.encode() + b"\r\n" + body


class HttpStore:
    """Keeps what it was sent, and the connection after the answers of a sane store."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.requests: list[Request] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *rest = head.decode().split("\r\n")
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in rest if line)
                }
                body = await reader.readexactly(int(headers["content-length"]))
                if headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                request = Request(first.split(" ")[1], headers, body.split(b"\n"))
                self.requests.append(request)
                answer = self.reply(request)
                if answer is None:
                    await reader.read()  # until the other side gives up
                    return
                writer.write(answer)
                if not answer.startswith(KEPT_OPEN_AFTER):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def http_store(reply: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[HttpStore]:
    store = HttpStore(reply)
    async with served(store.serve, tls) as url:
        store.url = url
        yield store


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The URL at which `serve` gets each connection, until the context ends."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
