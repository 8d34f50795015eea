"""The connection to a store that vanishes, hangs and talks without end."""

import asyncio
import socket
import struct
import threading
from http.client import HTTPException

import pytest

from gateway.forward.connection import ANSWER_MAX, Answered, Connection
from tests.gateway.forward.http_store import NO_CONTENT, response, served
from tests.gateway.forward.outbound import DEADLINE_S

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes a close a RST."""


async def post(connection: Connection) -> Answered:
    return await asyncio.to_thread(connection.post, "/write", b"lines", {"X": "y"})


async def read_request(reader: asyncio.StreamReader) -> None:
    await reader.readuntil(b"\r\n\r\nlines")


async def test_one_connection_serves_many_requests() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for status in (204, 503):
            await read_request(reader)
            writer.write(response(status, b"" if status == 204 else b"busy", Retry_After="7"))
        writer.close()

    async with served(serve) as url:
        connection = Connection(url, None, DEADLINE_S)
        assert (await post(connection)).status == 204
        busy = await post(connection)
        connection.close()
    assert connections == 1
    assert (busy.status, busy.headers["retry-after"], busy.body) == (503, "7", b"busy")


async def test_a_connection_that_was_ended_while_idle_costs_nothing() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(NO_CONTENT)  # and no word of closing
        writer.close()

    async with served(serve) as url:
        connection = Connection(url, None, DEADLINE_S)
        for _ in range(3):
            assert (await post(connection)).status == 204
        connection.close()


async def test_the_path_of_the_url_comes_first() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readline()
        await read_request(reader)
        writer.write(response(200, first))
        writer.close()

    async with served(serve) as url:
        connection = Connection(f"{url}/store/", None, DEADLINE_S)
        answered = await post(connection)
        connection.close()
    assert answered.body == b"POST /store/write HTTP/1.1\r\n"


async def test_a_reset_in_the_middle_of_an_answer_is_an_error() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 204 No")
        await writer.drain()
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.close()

    async with served(serve) as url:
        with pytest.raises((ConnectionError, HTTPException)):
            await post(Connection(url, None, DEADLINE_S))


async def test_a_server_that_never_takes_the_connection_is_given_up() -> None:
    """The kernel has taken it, so that all is sent, and nobody is there."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
        with pytest.raises(TimeoutError):
            await post(Connection(f"http://127.0.0.1:{port}", None, timeout_s=0.2))


async def test_an_answer_that_grows_without_end_is_an_error() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(bytes(ANSWER_MAX // 4))
                await writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            writer.close()

    async with served(serve) as url:
        with pytest.raises(HTTPException, match="more than"):
            await post(Connection(url, None, DEADLINE_S))


async def test_closing_ends_a_request_under_way() -> None:
    asked = threading.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        asked.set()
        await reader.read()
        writer.close()

    async with served(serve) as url:
        connection = Connection(url, None, timeout_s=3600)
        request = asyncio.create_task(post(connection))
        await asyncio.to_thread(asked.wait, DEADLINE_S)
        connection.close()
        with pytest.raises((OSError, HTTPException)):
            await asyncio.wait_for(request, DEADLINE_S)
        with pytest.raises(ConnectionAbortedError):
            await post(connection)
