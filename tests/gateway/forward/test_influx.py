"""The sink against a store that misbehaves in every way HTTP allows."""

import asyncio
import json
import os
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.forward.influx import HEADERS_BYTES, InfluxSink
from gateway.forward.sink import Answer, Refused, Stored, TooLarge, Trouble
from gateway.site import InfluxConfig
from tests.authority import make_authority
from tests.gateway.forward.http_store import HANG, NO_CONTENT, http_store, response, served
from tests.real import free_port

LINES = [b"soil,device=a soil_ph=5.5 1", b"soil,device=b soil_ph=5.6 2"]


def sink_for(
    url: str,
    read_token: Callable[[], str] = lambda: "secret",
    *,
    ca_file: Path | None = None,
    max_kbit_s: float | None = None,
    timeout_s: float = 30.0,
    clock: Callable[[], float] = time.monotonic,
) -> InfluxSink:
    config = InfluxConfig(
        url=url, org="xóm", bucket="hamlet", token_file="unused", max_kbit_s=max_kbit_s
    )
    return InfluxSink(config, read_token, ca_file, timeout_s=timeout_s, clock=clock)


async def ask(answer: bytes | None, timeout_s: float = 30.0) -> Answer:
    """What the sink makes of this answer of a store."""
    async with http_store(lambda _: answer) as store:
        sink = sink_for(store.url, timeout_s=timeout_s)
        try:
            return await asyncio.to_thread(sink.write, LINES)
        finally:
            sink.close()


async def test_a_request_carries_everything_the_store_needs() -> None:
    async with http_store(lambda _: NO_CONTENT) as store:
        sink = sink_for(store.url)
        assert await asyncio.to_thread(sink.write, LINES) == Stored()
        sink.close()
    (request,) = store.requests
    assert request.path == "/api/v2/write?org=x%C3%B3m&bucket=hamlet&precision=ms"
    assert request.headers["authorization"] == "Token secret"
    assert request.lines == LINES


@pytest.mark.parametrize(
    ("host", "max_kbit_s", "compressed"),
    [
        ("127.0.0.1", None, False),
        ("localhost", None, False),
        ("127.0.0.1", 8000, True),  # a tunnel
        ("0.0.0.0", None, True),  # noqa: S104  # reaches this machine by a name that hides it
    ],
)
async def test_what_stays_on_the_machine_is_not_compressed(
    host: str, max_kbit_s: float | None, compressed: bool
) -> None:
    async with http_store(lambda _: NO_CONTENT) as store:
        sink = sink_for(store.url.replace("127.0.0.1", host), max_kbit_s=max_kbit_s)
        assert await asyncio.to_thread(sink.write, LINES) == Stored()
        sink.close()
    (request,) = store.requests
    assert ("content-encoding" in request.headers) == compressed
    assert request.lines == LINES


async def test_refusals_reach_the_judge_with_body_and_header() -> None:
    said = "unable to parse 'soil,device=b soil_ph=5.6 2': bad"
    body = json.dumps({"code": "invalid", "message": said}).encode()
    assert await ask(response(400, body)) == Refused({1: "bad"}, certain=True)
    assert await ask(response(429, b"", Retry_After="17")) == Trouble(
        "HTTP 429", retry_after_s=17.0
    )
    assert await ask(response(503, b"starting", Retry_After="2")) == Trouble(
        "HTTP 503: starting", retry_after_s=2.0
    )
    assert await ask(response(413)) == TooLarge("HTTP 413")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x00\xff garbage \r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 204 " + b"x" * 100_000,
    ],
    ids=["closed", "half-status", "half-body", "bad-chunk", "garbage", "ssh", "endless-status"],
)
async def test_a_broken_answer_is_no_success_and_blames_nothing(answer: bytes) -> None:
    said = await ask(answer)
    assert isinstance(said, Trouble)
    assert not said.mistake


async def test_a_silent_store_is_given_up_after_the_timeout() -> None:
    said = await ask(HANG, timeout_s=0.2)
    assert isinstance(said, Trouble)
    assert not said.mistake
    assert "timed out" in said.reason


@pytest.mark.parametrize(
    "answer",
    [
        response(200, b"<html>Please log in"),
        response(200, b"\xff\xfe"),
        response(302, b"", Location="/api/v2/write"),
    ],
    ids=["login-page", "no-text", "redirect"],
)
async def test_a_login_page_is_no_store(answer: bytes) -> None:
    said = await ask(answer)
    assert isinstance(said, Trouble)
    assert said.mistake


async def test_nobody_listens() -> None:
    sink = sink_for(f"http://127.0.0.1:{free_port()}")
    said = await asyncio.to_thread(sink.write, LINES)
    assert isinstance(said, Trouble)
    assert "refused" in said.reason
    assert not said.mistake


async def test_https_to_a_plain_port_is_told_as_such() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(response(400))
        writer.close()

    async with served(serve) as url:
        sink = sink_for(url.replace("http:", "https:"))
        said = await asyncio.to_thread(sink.write, LINES)
        sink.close()
    assert isinstance(said, Trouble)
    assert "SSL" in said.reason
    assert said.mistake


async def test_https_with_an_authority_of_ones_own(tmp_path: Path) -> None:
    authority = make_authority(tmp_path / "authority")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(authority.certificate, authority.key)
    async with http_store(lambda _: NO_CONTENT, tls) as store:
        sink = sink_for(store.url, ca_file=authority.ca)
        assert await asyncio.to_thread(sink.write, LINES) == Stored()
        sink.close()
        for ca_file, reason in ((None, "certificate"), (tmp_path / "nowhere", "No such file")):
            said = await asyncio.to_thread(sink_for(store.url, ca_file=ca_file).write, LINES)
            assert isinstance(said, Trouble)
            assert reason in said.reason
            assert said.mistake


@pytest.mark.parametrize(("max_kbit_s", "together"), [(None, True), (8, False)])
async def test_a_request_is_no_larger_than_the_line_can_carry(
    max_kbit_s: float | None, together: bool
) -> None:
    lines = [b"soil,device=%b soil_ph=1 1" % os.urandom(3000).hex().encode() for _ in range(2)]
    async with http_store(lambda _: NO_CONTENT) as store:
        sink = sink_for(store.url, max_kbit_s=max_kbit_s)
        said = await asyncio.to_thread(sink.write, lines)
        assert said == Stored() if together else isinstance(said, TooLarge)
        assert await asyncio.to_thread(sink.write, lines[:1]) == Stored()  # there is no smaller one
        sink.close()


async def test_a_limited_line_rests_after_each_request() -> None:
    now = 500.0
    async with http_store(lambda _: response(503)) as store:
        sink = sink_for(store.url, max_kbit_s=80, clock=lambda: now)
        assert sink.pause_s() == 0
        await asyncio.to_thread(sink.write, LINES)  # what was not taken went over the line, too
        sink.close()
    pause_s = sink.pause_s()
    assert HEADERS_BYTES / 10_000 < pause_s < (HEADERS_BYTES + 200) / 10_000
    now += pause_s
    assert sink.pause_s() == 0


async def test_the_token_is_read_again_only_when_the_store_refuses_it() -> None:
    statuses = iter([204, 503, 401, 403, 204, 204])
    tokens = iter(["a", "b", "c"])
    async with http_store(lambda _: response(next(statuses))) as store:
        sink = sink_for(store.url, lambda: next(tokens))
        for _ in range(6):
            await asyncio.to_thread(sink.write, LINES)
        sink.close()
    used = [request.headers["authorization"] for request in store.requests]
    assert used == [f"Token {token}" for token in "aaabcc"]


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "mã-thông-báo"])
async def test_a_token_that_cannot_be_one_is_refused_before_sending(token: str) -> None:
    async with http_store(lambda _: NO_CONTENT) as store:
        said = await asyncio.to_thread(sink_for(store.url, lambda: token).write, LINES)
    assert isinstance(said, Trouble)
    assert said.mistake
    assert token not in said.reason
    assert not store.requests


async def test_a_missing_token_file_is_told_and_may_come_later(tmp_path: Path) -> None:
    file = tmp_path / "influxdb"
    async with http_store(lambda _: NO_CONTENT) as store:
        sink = sink_for(store.url, file.read_text)
        said = await asyncio.to_thread(sink.write, LINES)
        assert isinstance(said, Trouble)
        assert str(file) in said.reason
        file.write_text("secret")
        assert await asyncio.to_thread(sink.write, LINES) == Stored()
        sink.close()
