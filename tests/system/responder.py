"""Devices that answer every command, like those on the air: each id is one command."""

import asyncio
import json
from types import TracebackType
from typing import Self

import aiomqtt

from devices.topics import Channel
from tests.system.gateway_process import HAMLET


class Responder:
    """Answers for all devices of the hamlet on one connection with a session that lasts.

    `seen` are the ids of the commands that were on the wire.
    """

    def __init__(self, port: int) -> None:
        self.seen: set[str] = set()
        self._client = aiomqtt.Client(
            "127.0.0.1", port, identifier="responder", clean_session=False, timeout=60
        )
        self._answering: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        await self._client.subscribe(f"hamlet/{HAMLET}/+/+/{Channel.COMMAND.value}", qos=1)
        self._answering = asyncio.create_task(self._answer())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._answering is not None:
            self._answering.cancel()
            await asyncio.wait([self._answering])
        await self._client.__aexit__(kind, error, traceback)

    async def _answer(self) -> None:
        async for message in self._client.messages:
            assert isinstance(message.payload, bytes)
            id = json.loads(message.payload)["id"]
            self.seen.add(id)
            topic = message.topic.value.removesuffix(Channel.COMMAND.value) + Channel.RESULT.value
            await self._client.publish(topic, json.dumps({"id": id, "ok": True}), qos=1)
