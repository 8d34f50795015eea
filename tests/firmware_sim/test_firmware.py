"""What each device's program says and does, without a broker."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.decode import DECODERS
from devices.kinds import KINDS
from devices.messages import Event, Info, Result, decode_message, decode_status
from devices.rejection import Reason, RejectedError
from devices.topics import Channel, parse_topic
from firmware_sim.faults import Daily, Fault, Spell
from firmware_sim.firmware.device import ANSWERS_MAX
from firmware_sim.firmware.light import LightFirmware
from tests.firmware_sim.small_hamlet import (
    DAY,
    HOUR,
    LAYOUT,
    MINUTE,
    START,
    broken,
    channel_of,
    command,
    make_world,
    read,
)

DEVICES = [spec.id for spec in LAYOUT.devices]
DECODABLE_FAULTS = [fault for fault in Fault if fault is not Fault.BABBLING]
COMMANDS: dict[tuple[str, str], dict[str, Any]] = {
    ("light", "set-brightness"): {"brightness_pct": 30, "duration_s": 60},
    ("light", "set-profile"): {"profile": "saving"},
    ("wifi", "reboot"): {},
    ("speaker", "play"): {"clip": "storm", "volume_pct": 80},
    ("speaker", "stop"): {},
    ("speaker", "set-volume"): {"volume_pct": 40},
    ("valve", "open"): {"lease_s": 60},
    ("valve", "close"): {},
    ("pump", "start"): {"lease_s": 60},
    ("pump", "stop"): {},
}


def test_the_tests_know_every_command() -> None:
    assert set(COMMANDS) == {
        (kind.name, spec.name) for kind in KINDS.values() for spec in kind.commands
    }


def test_the_world_has_firmware_for_every_kind() -> None:
    simulated = {device.badge.kind.name for device in make_world().devices.values()}
    assert simulated == KINDS.keys() - {"gateway"}, "the gateway speaks for itself"


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("fault", [None, *DECODABLE_FAULTS])
def test_every_report_decodes_whatever_is_broken(device: str, fault: Fault | None) -> None:
    faults = {device: broken(fault, 0.9)} if fault else {}
    firmware = make_world(faults=faults).devices[device]
    for number, now in enumerate(range(START, START + 2 * DAY, 3 * HOUR)):
        message = firmware.report(now)
        topic = parse_topic(message.topic)
        assert topic is not None
        assert (topic.hamlet, topic.device) == ("khe-coc", device)
        reading = DECODERS[topic.kind](topic.device, message.payload, now)
        assert reading.seq == number
        assert reading.boot == firmware.boot
        assert not reading.extra
        known = {metric.name for metric in firmware.badge.kind.metrics}
        assert known - reading.values.keys() <= {"rtt_ms"}  # unknown when no ping was answered


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_introduces_itself(device: str) -> None:
    firmware = make_world().devices[device]
    status, info = firmware.announce()
    assert channel_of(status.topic) is Channel.STATUS
    assert decode_status(status.payload) is True
    assert decode_status(firmware.will.payload) is False
    assert firmware.will.topic == status.topic
    assert decode_message(Info, info.payload).interval_s == firmware.badge.interval_s
    assert all(message.retain for message in (status, info, firmware.will))


class TestCommands:
    @pytest.mark.parametrize(("kind", "name"), COMMANDS)
    def test_every_command_is_obeyed_and_answered(self, kind: str, name: str) -> None:
        firmware = make_world().devices[f"{kind}-1"]
        result, report = firmware.handle_command(command(name, **COMMANDS[kind, name]), START)
        assert channel_of(result.topic) is Channel.RESULT
        answer = decode_message(Result, result.payload)
        assert (answer.id, answer.ok, answer.error) == ("c-1", True, None)
        assert channel_of(report.topic) is Channel.TELEMETRY

    def test_the_same_id_twice_is_one_command(self) -> None:
        valve = make_world().devices["valve-1"]
        first = valve.handle_command(command("open", lease_s=60), START)
        again = valve.handle_command(command("open", lease_s=60), START + 30_000)
        assert again == first[:1]
        assert read(valve.report(START + 31_000))["lease_remaining_s"] == 29

    def test_an_expired_command_is_refused(self) -> None:
        valve = make_world().devices["valve-1"]
        late = command("open", lease_s=60, expires_at=START)
        (result,) = valve.handle_command(late, START)
        assert read(result) == {"id": "c-1", "ok": False, "error": "expired"}
        assert read(valve.report(START + 1))["open"] is False

    @pytest.mark.parametrize(
        ("payload", "complaint"),
        [
            (command("explode"), "no command"),
            (command("open"), "lease_s"),
            (command("open", lease_s=0), "lease_s"),
            (command("open", lease_s=999_999), "lease_s"),
            (b'{"id":"c-1","command":"close","expires_at":"soon"}', "RFC 3339"),
        ],
    )
    def test_what_cannot_be_done_is_said(self, payload: bytes, complaint: str) -> None:
        (result,) = make_world().devices["valve-1"].handle_command(payload, START)
        assert read(result)["ok"] is False
        assert complaint in read(result)["error"]

    def test_an_unknown_profile_is_refused(self) -> None:
        light = make_world().devices["light-1"]
        (result,) = light.handle_command(command("set-profile", profile="disco"), START)
        assert "disco" in read(result)["error"]

    @given(st.binary(max_size=200))
    def test_garbage_is_ignored(self, payload: bytes) -> None:
        assert make_world().devices["valve-1"].handle_command(payload, START) == []

    def test_answers_are_remembered_within_bounds(self) -> None:
        valve = make_world().devices["valve-1"]
        for number in range(ANSWERS_MAX + 1):
            valve.handle_command(command("close", f"c-{number}"), START)
        assert len(valve.handle_command(command("close", "c-1"), START)) == 1
        assert len(valve.handle_command(command("close", "c-0"), START)) == 2


class TestLeases:
    def test_a_valve_closes_by_itself(self) -> None:
        valve = make_world().devices["valve-1"]
        valve.handle_command(command("open", lease_s=60), START)
        assert valve.wake <= START + 60_000
        while (now := valve.wake) < START + 60_000:
            assert all(read(message)["open"] for message in valve.run(now))
        (report,) = valve.run(START + 60_000)
        assert (read(report)["open"], read(report)["lease_remaining_s"]) == (False, 0)

    def test_a_renewed_lease_lasts_from_its_renewal(self) -> None:
        valve = make_world().devices["valve-1"]
        valve.handle_command(command("open", "c-1", lease_s=60), START)
        valve.handle_command(command("open", "c-2", lease_s=60), START + 30_000)
        assert valve.deadline == START + 90_000

    def test_a_closed_valve_has_no_lease_left(self) -> None:
        valve = make_world().devices["valve-1"]
        valve.handle_command(command("open", "c-1", lease_s=60), START)
        valve.handle_command(command("close", "c-2"), START + 1)
        assert valve.deadline is None
        assert read(valve.report(START + 2))["open"] is False

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 300),
                st.sampled_from(("open", "close", "lost", "expired")),
                st.integers(1, 200),
            ),
            max_size=30,
        )
    )
    def test_nothing_is_open_longer_than_its_last_lease(
        self, events: list[tuple[int, str, int]]
    ) -> None:
        """Against the obvious: the end of the newest lease that reached the device."""
        valve = make_world().devices["valve-1"]
        now, end = START, START
        for number, (pause_s, what, lease_s) in enumerate(events):
            until = now + pause_s * 1000
            while valve.wake <= until:
                valve.run(valve.wake)
            now = until
            id = f"c-{number}"
            if what == "open":
                valve.handle_command(command("open", id, lease_s=lease_s), now)
                end = now + lease_s * 1000
            elif what == "close":
                valve.handle_command(command("close", id), now)
                end = now
            elif what == "expired":
                valve.handle_command(command("open", id, lease_s=lease_s, expires_at=now), now)
            assert read(valve.report(now))["open"] is (now < end)


class TestSpeaker:
    def test_bulletins_are_played_at_five_and_five_o_clock(self) -> None:
        speaker = make_world().devices["speaker-1"]
        playing = {}
        finished = []
        while (now := speaker.wake) < START + DAY:
            for message in speaker.run(now):
                if channel_of(message.topic) is Channel.EVENT:
                    finished.append(decode_message(Event, message.payload).event)
                else:
                    playing[now] = read(message)["playing"]
        hours = {(7 + (now - START) // HOUR) % 24 for now, on in playing.items() if on}
        assert hours == {5, 17}
        assert finished == ["playback-finished"] * 2

    def test_a_clip_ends_by_itself_and_louder_takes_more_power(self) -> None:
        speaker = make_world().devices["speaker-1"]
        quiet = read(speaker.report(START))
        _, report = speaker.handle_command(command("play", clip="storm", volume_pct=100), START)
        loud = read(report)
        assert loud["playing"]
        assert loud["power_w"] > 10 * quiet["power_w"]
        assert loud["supply_v"] < quiet["supply_v"]
        event, report = [m for m in speaker.run(START + MINUTE) if m][:2]
        assert read(event)["clip"] == "storm"
        assert read(report)["playing"] is False


class TestWifi:
    def test_a_reboot_starts_a_new_boot_and_new_counters(self) -> None:
        wifi = make_world().devices["wifi-1"]
        before = read(wifi.report(START + MINUTE))
        _, report = wifi.handle_command(command("reboot"), START + 2 * MINUTE)
        after = read(report)
        assert after["seq"] == 0
        assert after["boot"] != before["boot"]
        assert after["rx_bytes"] < before["rx_bytes"]

    def test_pupils_come_in_the_morning(self) -> None:
        wifi = make_world().devices["wifi-1"]  # of a school
        clients = [read(wifi.report(START + hour * HOUR))["clients"] for hour in range(24)]
        assert min(clients[1:5]) > max(clients[13:23])

    def test_counters_only_rise(self) -> None:
        wifi = make_world().devices["wifi-1"]
        counts = [read(wifi.report(START + n * MINUTE))["rx_bytes"] for n in range(600)]
        assert counts == sorted(counts)
        assert counts[-1] > counts[0]


class TestFaults:
    def test_a_frozen_sensor_repeats_itself_under_new_numbers(self) -> None:
        weather = make_world(faults={"weather-1": broken(Fault.SENSOR_FROZEN)}).devices["weather-1"]
        reports = [read(weather.report(START + hour * HOUR)) for hour in range(12)]
        bodies = [
            {name: value for name, value in report.items() if name not in ("seq", "measured_at")}
            for report in reports
        ]
        assert bodies == [bodies[0]] * 12
        assert [report["seq"] for report in reports] == list(range(12))

    def test_a_thawed_sensor_measures_again(self) -> None:
        spell = Spell(Fault.SENSOR_FROZEN, START, START + 5 * HOUR)
        weather = make_world(faults={"weather-1": spell}).devices["weather-1"]
        frozen, still, thawed = (read(weather.report(START + h * HOUR)) for h in (0, 4, 6))
        assert frozen["air_temperature_c"] == still["air_temperature_c"]
        assert thawed["air_temperature_c"] != still["air_temperature_c"]

    def test_no_internet_is_no_round_trip_not_a_long_one(self) -> None:
        wifi = make_world(faults={"wifi-1": broken(Fault.NO_INTERNET)}).devices["wifi-1"]
        report = read(wifi.report(START))
        assert report["internet_ok"] is False
        assert report["loss_pct"] == 100
        assert "rtt_ms" not in report

    def test_a_daily_fault_comes_and_goes(self) -> None:
        spell = broken(Fault.NO_INTERNET, daily=Daily(22.0, 1.0))
        wifi = make_world(faults={"wifi-1": spell}).devices["wifi-1"]
        dark = {
            (7 + n) % 24
            for n in range(48)
            if not read(wifi.report(START + n * HOUR + MINUTE))["internet_ok"]
        }
        assert dark == {22, 23, 0}

    def test_a_babbling_device_talks_much_and_mostly_nonsense(self) -> None:
        light = make_world(faults={"light-1": broken(Fault.BABBLING)}).devices["light-1"]
        heard: Counter[Reason | None] = Counter()
        while (now := light.wake) < START + 6 * HOUR:
            for message in light.run(now):
                reason = None
                try:
                    DECODERS["light"]("light-1", message.payload, now)
                except RejectedError as error:
                    reason = error.reason
                heard[reason] += 1
        assert set(heard) == {None, Reason.NOT_JSON}
        assert heard[Reason.NOT_JSON] > 2 * heard[None] > 24 * 6

    @pytest.mark.parametrize(("hours", "reason"), [(30, "future-time"), (-200_000, "bad-time")])
    def test_a_wrong_clock_shows(self, hours: int, reason: str) -> None:
        light = make_world(faults={"light-1": broken(Fault.WRONG_CLOCK, hours)}).devices["light-1"]
        message = light.report(START)
        with pytest.raises(RejectedError) as caught:
            DECODERS["light"]("light-1", message.payload, START)
        assert caught.value.reason.value == reason

    @pytest.mark.parametrize(
        ("fault", "flows"), [(Fault.VALVE_STUCK_OPEN, True), (Fault.VALVE_STUCK_CLOSED, False)]
    )
    def test_a_stuck_valve_shows_in_its_flow_only(self, fault: Fault, flows: bool) -> None:
        devices = make_world(faults={"valve-1": broken(fault)}).devices
        devices["valve-1"].report(START)
        devices["pump-1"].handle_command(command("start", lease_s=600), START)
        asked = command("close") if flows else command("open", lease_s=600)
        devices["valve-1"].handle_command(asked, START)
        report = read(devices["valve-1"].report(START + MINUTE))
        assert report["open"] is not flows
        assert (report["flow_l_min"] > 0) is flows
        assert (report["volume_total_l"] > 0) is flows

    @pytest.mark.parametrize(
        ("fault", "hour", "shows"),
        [
            (Fault.LAMP_DEAD, 12, lambda r: r["brightness_pct"] == 100 and r["load_power_w"] < 1),
            (Fault.DAY_BURNER, 5, lambda r: not r["is_night"] and r["load_power_w"] > 10),
            (Fault.PANEL_DIRTY, 5, lambda r: r["pv_power_w"] == 0 and r["pv_voltage_v"] == 0),
        ],
    )
    def test_a_broken_light_shows_its_signature(
        self, fault: Fault, hour: int, shows: Callable[[dict[str, Any]], bool]
    ) -> None:
        def at_hour(light: LightFirmware) -> dict[str, Any]:
            for now in range(START, START + hour * HOUR, 15 * MINUTE):
                light.report(now)
            return read(light.report(START + hour * HOUR))

        sick = make_world(3, faults={"light-1": broken(fault, 1.0)}).devices["light-1"]
        healthy = make_world(3).devices["light-1"]
        assert isinstance(sick, LightFirmware)
        assert isinstance(healthy, LightFirmware)
        assert shows(at_hour(sick))
        assert not shows(at_hour(healthy))


def test_a_valve_that_leaks_reports_as_often_as_an_open_one() -> None:
    devices = make_world(faults={"valve-1": broken(Fault.VALVE_STUCK_OPEN)}).devices
    valve = devices["valve-1"]
    valve.report(START)
    calm = valve.interval_ms()
    devices["pump-1"].handle_command(command("start", lease_s=600), START)
    assert valve.interval_ms() < calm
