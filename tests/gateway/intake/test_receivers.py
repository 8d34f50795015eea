"""The contract of a receiver, kept by each of them against real brokers.

The embedded broker does not deliver again what was not acknowledged, so the promises that rest on
redelivery are tested with Mosquitto alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.intake.contract import ConnectionSettings
from gateway.intake.open_receiver import open_receiver
from tests.conftest import StartMosquitto
from tests.gateway.intake.brokers import Protocol3or5, Setting, opened
from tests.gateway.intake.recording import Message, RecordingInbox, running

ON_MOSQUITTO = ["mqtt5-mosquitto", "paho-mosquitto"]
EVERYWHERE = [*ON_MOSQUITTO, "paho-amqtt"]
everywhere = pytest.mark.parametrize("setting", EVERYWHERE, indirect=True)
on_mosquitto = pytest.mark.parametrize("setting", ON_MOSQUITTO, indirect=True)


@pytest.fixture
async def setting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Setting]:
    async with opened(request.param, tmp_path / "broker") as setting:
        yield setting


@everywhere
async def test_messages_arrive_as_they_were_sent(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(), setting.protocol)
    assert not receiver.connected
    async with running(receiver, RecordingInbox()) as inbox, setting.device() as device:
        await inbox.until_connected()
        assert receiver.connected
        await device.publish("hamlet/đèn/1", b"\x00\xff", qos=0)
        await device.publish("hamlet/a", b"", qos=1, retain=True)
        await device.publish("hamlet/b", b"{}", qos=2)
        await inbox.until(lambda inbox: len(inbox.messages) == 3)
        await inbox.until(lambda inbox: inbox.chunks > 0)
    assert not receiver.connected
    arrived = {message.topic: message for message in inbox.messages}
    assert arrived["hamlet/đèn/1"].payload == b"\x00\xff"
    assert arrived["hamlet/a"].payload == b""
    assert arrived["hamlet/b"].payload == b"{}"
    assert arrived["hamlet/a"].token != 0
    assert not any(message.retained for message in inbox.messages)
    assert receiver.statistics.connects == 1
    assert receiver.statistics.bytes_in > 0


@on_mosquitto
async def test_quality_of_service_decides_who_must_acknowledge(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(), setting.protocol)
    async with running(receiver, RecordingInbox()) as inbox, setting.device() as device:
        await inbox.until_connected()
        for qos in (0, 1, 2):
            await device.publish("hamlet/a", b"", qos=qos)
        await inbox.until(lambda inbox: len(inbox.messages) == 3)
    tokens = [message.token for message in inbox.messages]
    assert tokens[0] == 0
    assert len({0, *tokens}) == 3


@everywhere
async def test_what_the_broker_had_stored_is_marked_as_retained(setting: Setting) -> None:
    async with setting.device() as device:
        await device.publish("hamlet/status", b"online", qos=1, retain=True)
    receiver = open_receiver(setting.settings(), setting.protocol)
    async with running(receiver, RecordingInbox()) as inbox:
        await inbox.until(lambda inbox: len(inbox.messages) == 1)
    assert inbox.messages[0].retained


@on_mosquitto
async def test_what_was_not_acknowledged_comes_again(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(), setting.protocol)
    async with setting.device() as device:
        async with running(receiver, RecordingInbox()) as first:
            await first.until_connected()
            for payload in (b"1", b"2", b"3"):
                await device.publish("hamlet/a", payload, qos=1)
            await first.until(lambda inbox: len(inbox.messages) == 3)
            receiver.acknowledge([message.token for message in first.messages[:2]])
        await device.publish("hamlet/a", b"4", qos=1)
        async with running(receiver, RecordingInbox()) as second:
            await second.until(lambda inbox: inbox.payloads == [b"3", b"4"])
            await device.publish("hamlet/a", b"5", qos=1)
            await second.until(lambda inbox: len(inbox.messages) == 3)
    assert second.messages[0].redelivered
    # A broker that had not yet heard our goodbye has sent "4" before, and says so.
    assert not second.messages[2].redelivered


@on_mosquitto
async def test_an_acknowledgement_never_reaches_a_later_connection(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(), setting.protocol)
    async with setting.device() as device:
        async with running(receiver, RecordingInbox()) as first:
            await first.until_connected()
            await device.publish("hamlet/a", b"1", qos=1)
            await first.until(lambda inbox: len(inbox.messages) == 1)
        receiver.acknowledge([first.messages[0].token])
        assert receiver.statistics.stale_acks == 1
        async with running(receiver, RecordingInbox()) as second:
            await second.until(lambda inbox: len(inbox.messages) == 1)
            # The broker uses the same packet id: taken for this connection's, the message is lost.
            receiver.acknowledge([first.messages[0].token])
            assert receiver.statistics.stale_acks == 2
        async with running(receiver, RecordingInbox()) as third:
            await third.until(lambda inbox: len(inbox.messages) == 1)
            assert third.payloads == [b"1"]


@everywhere
async def test_pausing_bounds_what_arrives(setting: Setting) -> None:
    count, size, bound = 400, 8 * 1024, 64  # one read brings at most 256 KiB, 32 messages

    def pause_at_first(_message: Message) -> None:
        receiver.pause()

    receiver = open_receiver(setting.settings(), setting.protocol)
    async with (
        running(receiver, RecordingInbox(pause_at_first)) as inbox,
        setting.device() as device,
    ):
        await inbox.until_connected()
        await asyncio.gather(
            *(device.publish("hamlet/a", bytes(size), qos=1, timeout=60) for _ in range(count))
        )
        assert 0 < len(inbox.messages) <= bound
        while (before := len(inbox.messages)) < count:  # each turn of reading pauses itself again
            receiver.acknowledge([inbox.messages[-1].token])
            receiver.resume()
            await inbox.until_more_than(before)
            assert len(inbox.messages) - before <= bound
    assert len(inbox.messages) == count


@everywhere
async def test_a_broker_that_restarts_is_found_again(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(), setting.protocol)
    async with running(receiver, RecordingInbox()) as inbox:
        await inbox.until_connected()
        await setting.broker.stop()
        assert f"127.0.0.1:{setting.broker.port}" in await inbox.until_refused()
        assert not receiver.connected
        assert not receiver.publish("hamlet/a", b"")
        await setting.broker.start()
        await inbox.until_connected()
        async with setting.device() as device:
            await device.publish("hamlet/a", b"back", qos=1)
            await inbox.until(lambda inbox: inbox.payloads == [b"back"])


@everywhere
async def test_a_command_reaches_its_device_and_is_confirmed(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(), setting.protocol)
    assert not receiver.publish("valve/1/command", b"too early")
    async with running(receiver, RecordingInbox()) as inbox, setting.device() as device:
        await device.subscribe("valve/1/command", qos=1)
        await inbox.until_connected()
        assert receiver.publish("valve/1/command", b"open", expiry_s=60)
        async with asyncio.timeout(30):
            message = await anext(device.messages)
        assert message.payload == b"open"
        # The confirmation comes before the retained message that is asked for after it.
        assert receiver.publish("hamlet/mark", b"", retain=False)
        await inbox.until(lambda inbox: len(inbox.messages) == 1)
        await inbox.until(lambda _: receiver.statistics.publishes_confirmed >= 1)
    assert receiver.statistics.publishes == 2


@everywhere
async def test_a_wrong_password_is_one_clear_reason(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(password="wrong"), setting.protocol)
    async with running(receiver, RecordingInbox()) as inbox:
        reason = await inbox.until_refused()
    assert "'gateway': wrong user name or password" in reason
    assert "broker.password_file" in reason
    assert len(inbox.connections) == 1


@everywhere
async def test_it_keeps_trying_until_somebody_listens(setting: Setting) -> None:
    await setting.broker.stop()
    receiver = open_receiver(setting.settings(), setting.protocol)
    async with running(receiver, RecordingInbox()) as inbox:
        reason = await inbox.until_refused()
        assert f"No broker answers at 127.0.0.1:{setting.broker.port}" in reason
        await setting.broker.start()
        await inbox.until_connected()


class StumblingInbox(RecordingInbox):
    """Has a defect, and meets it."""

    def __init__(self) -> None:
        super().__init__(self._stumble)
        self.met = False

    def perform(self, step: Callable[[], None]) -> None:
        try:
            super().perform(step)
        except ZeroDivisionError:
            self.met = True

    def _stumble(self, _message: Message) -> None:
        raise ZeroDivisionError


@everywhere
async def test_a_defect_met_while_reading_is_left_to_the_application(setting: Setting) -> None:
    receiver = open_receiver(setting.settings(), setting.protocol)
    inbox = StumblingInbox()
    async with running(receiver, inbox), setting.device() as device:
        await inbox.until_connected()
        await device.publish("hamlet/a", b"", qos=1)
        await inbox.until(lambda _: inbox.met)


@pytest.mark.parametrize(
    ("persistence", "power_cut", "kept"),
    [("true", False, True), ("true", True, False), ("false", False, False)],
    ids=["saved at its end", "power cut before it saved", "never saves"],
)
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_whether_a_broker_kept_the_session_over_its_restart_is_told(
    protocol: Protocol3or5,
    persistence: str,
    power_cut: bool,
    kept: bool,
    start_mosquitto: StartMosquitto,
) -> None:
    broker = start_mosquitto(settings={"persistence": persistence})
    settings = ConnectionSettings("127.0.0.1", broker.port, "gateway", ("hamlet/#",))
    receiver = open_receiver(settings, protocol)
    async with running(receiver, RecordingInbox()) as inbox:
        await inbox.until_connected()
        assert not inbox.session_kept
        await asyncio.to_thread(broker.kill if power_cut else broker.stop)
        await inbox.until_refused()
        await asyncio.to_thread(broker.start)
        await inbox.until_connected()
        assert inbox.session_kept is kept


@on_mosquitto
async def test_two_gateways_of_one_name_are_told_of_each_other(setting: Setting) -> None:
    one = open_receiver(setting.settings(), setting.protocol)
    other = open_receiver(setting.settings(), setting.protocol)
    async with running(one, RecordingInbox()) as first, running(other, RecordingInbox()) as second:
        inboxes = (first, second)

        def suspected(_inbox: RecordingInbox) -> bool:
            reasons = [reason for inbox in inboxes for _, reason in inbox.connections]
            return any("another client probably uses" in reason for reason in reasons)

        waiting = [asyncio.create_task(inbox.until(suspected)) for inbox in inboxes]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        assert suspected(first)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
