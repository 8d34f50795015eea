"""Devices that answer every command, like those on the air: each id is one command."""

import asyncio
import json
from types import TracebackType
from typing import Self

import aiomqtt

from devices.topics import Channel
from tests.system.gateway_process import HAMLET

RECONNECT_S = 0.1


class Responder:
    """Answers for all devices of the hamlet on one connection with a session that lasts, also over
    restarts of the broker.

    `seen` are the ids of the commands that were on the wire.
    """

    def __init__(self, port: int) -> None:
        self.seen: set[str] = set()
        self._port = port
        self._listening = asyncio.Event()
        self._answering: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._answering = asyncio.create_task(self._answer_for_ever())
        await self._listening.wait()
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

    async def _answer_for_ever(self) -> None:
        while True:
            try:
                async with aiomqtt.Client(
                    "127.0.0.1", self._port, identifier="responder", clean_session=False, timeout=60
                ) as client:
                    await self._answer(client)
            except aiomqtt.MqttError:
                await asyncio.sleep(RECONNECT_S)

    async def _answer(self, client: aiomqtt.Client) -> None:
        await client.subscribe(f"hamlet/{HAMLET}/+/+/{Channel.COMMAND.value}", qos=1)
        self._listening.set()
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            id = json.loads(message.payload)["id"]
            self.seen.add(id)
            topic = message.topic.value.removesuffix(Channel.COMMAND.value) + Channel.RESULT.value
            await client.publish(topic, json.dumps({"id": id, "ok": True}), qos=1)
