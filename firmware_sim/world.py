"""One simulated hamlet: the sky, the water, the poles, the people, and the devices among them.

Deterministic: the same seed, start and commands give the same bytes. Knows no connection; the
drivers (`history`, `live`, `load`) carry messages.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from devices.kinds import KINDS
from devices.reading import Millis
from firmware_sim.air import Weather
from firmware_sim.cadence import Cadence
from firmware_sim.chance import stream
from firmware_sim.climate import Climate
from firmware_sim.faults import HEALTHY, Scenario
from firmware_sim.firmware.device import Badge, Firmware
from firmware_sim.firmware.light import LightFirmware
from firmware_sim.firmware.pump import PumpFirmware
from firmware_sim.firmware.soil import SoilFirmware
from firmware_sim.firmware.speaker import SpeakerFirmware
from firmware_sim.firmware.valve import ValveFirmware
from firmware_sim.firmware.weather import WeatherFirmware
from firmware_sim.firmware.wifi import WifiFirmware
from firmware_sim.ground import Books, Ground
from firmware_sim.layout import RATE_L_MIN, DeviceSpec, Layout, PlotSpec
from firmware_sim.people import Crowd
from firmware_sim.pipes import Line, Tap
from firmware_sim.solar import Pole
from firmware_sim.weather import Sky

LAMP_W = 30.0
"""Of a light whose settings do not say."""
START_PCT = (24.8, 29.6)
"""Soil moisture at the beginning: some plots will soon be dry, others have been watered lately."""
PAUSE_MAX_MS: Millis = 30 * 86_400_000
"""Nature goes on while the simulator does not run, but at most for a month."""
PAUSE_STEP_MS: Millis = 900_000


class World:
    """All devices by id, freshly booted at `start` in the world that `saved` left, if any."""

    def __init__(
        self,
        layout: Layout,
        *,
        seed: int,
        start: Millis,
        cadence: Cadence,
        scenario: Scenario | None = None,
        saved: Mapping[str, Any] | None = None,
        weather: Weather | None = None,
    ) -> None:
        """Without a `weather` the climate makes it from `seed`."""
        self.seed = seed
        self._cadence, self._scenario, self._weather = cadence, scenario, weather
        self._origin = scenario.origin if scenario else start
        place = (layout.latitude, layout.longitude, layout.altitude_m)
        climate = Climate(seed, place=place, timezone=layout.timezone)
        self.sky = Sky(weather or climate, start)
        if saved is not None:
            self._origin = saved["origin"]
            self.sky.load(saved["sky"])
        self.layout = layout
        self._lines: dict[str | None, Line] = {}
        self._taps: dict[str, Tap] = {}
        self._lay_pipes()
        self.grounds = self._dig()
        self.devices = {spec.id: self._build(spec, cadence, scenario) for spec in layout.devices}
        for device in self.devices.values():
            device.due = start + cadence.start_s * 1000 * (device.badge.luck % 997) // 997
        if saved is not None:
            self._load(saved)

    def save(self) -> dict[str, Any]:
        """What outlives a power cut, as JSON."""
        return {
            "seed": self.seed,
            "origin": self._origin,  # so that what broke "yesterday" does not move with the days
            "at": self.sky.now,
            "sky": self.sky.save(),
            "grounds": {plot: ground.save() for plot, ground in self.grounds.items()},
            "devices": {id: device.save() for id, device in self.devices.items()},
        }

    def books(self, plot: str, now: Millis) -> Books:
        """What became of the water of that plot until `now`; yours to keep."""
        ground = self.grounds[plot]
        self.sky.advance(now)
        ground.advance(self.sky, now)
        return replace(ground.books)

    def metered_l(self, plot: str, now: Millis) -> float:
        """What the valves of that plot have let through until `now`, since they were new."""
        taps = self.grounds[plot].taps
        for tap in taps:
            tap.line.advance(now)
        return sum(tap.total_l for tap in taps)

    def flow_l_min(self, plot: str) -> float:
        """What they let through just now."""
        return sum(tap.flow_l_min for tap in self.grounds[plot].taps)

    def after_power_cut(self, now: Millis, until: Millis) -> "World":
        """The same hamlet when power, which goes `now`, is back. Do not use this one any more."""
        self.rest_until(now)
        return resume(
            self.layout,
            self.save(),
            now=until,
            cadence=self._cadence,
            scenario=self._scenario,
            weather=self._weather,
        )

    def rest_until(self, now: Millis) -> None:
        """Nature goes on while every device is without power: nothing reports or switches."""
        for step in range(self.sky.now + PAUSE_STEP_MS, now + PAUSE_STEP_MS, PAUSE_STEP_MS):
            moment = min(step, now)
            self.sky.advance(moment)
            for device in self.devices.values():
                device.measure(moment)

    def _load(self, saved: Mapping[str, Any]) -> None:
        for id, device in self.devices.items():
            if id in saved["devices"]:
                device.load(saved["devices"][id])
        # After the meters, from which each ground learns what was irrigated.
        for plot, ground in self.grounds.items():
            ground.load(saved["grounds"].get(plot) or ground.save())

    def _lay_pipes(self) -> None:
        now = self.sky.now
        self._lines[None] = Line(now, mains=True)
        for spec in self.layout.devices:
            if spec.kind == "pump":
                self._lines[spec.id] = Line(now, self.layout.pump_l_min(spec.id))
        for plot in self.layout.plots:
            line = self._lines.get(plot.pump, self._lines[None])
            for valve in plot.valves:
                self._taps[valve] = line.add(plot.rate_l_min / len(plot.valves))
        for spec in self.layout.devices:
            if spec.kind == "valve" and spec.id not in self._taps:
                self._taps[spec.id] = self._lines[None].add(RATE_L_MIN)

    def _dig(self) -> dict[str, Ground]:
        plots = self.layout.plots
        low, high = START_PCT
        ranks = list(range(len(plots)))
        stream(self.seed, "moisture").shuffle(ranks)
        return {
            plot.id: Ground(
                plot,
                tuple(self._taps[valve] for valve in plot.valves),
                low + (high - low) * (rank + 0.5) / len(plots),
                self.sky,
            )
            for plot, rank in zip(plots, ranks, strict=True)
        }

    def _build(self, spec: DeviceSpec, cadence: Cadence, scenario: Scenario | None) -> Firmware:
        random = stream(self.seed, "device", spec.id)
        badge = Badge(
            self.layout.hamlet,
            spec.id,
            KINDS[spec.kind],
            cadence.report_s[spec.kind],
            cadence.active_s,
            random.randrange(1 << 20),
        )
        sky, ailments = self.sky, scenario.of(spec.id) if scenario else HEALTHY
        match spec.kind:
            case "light":
                pole = Pole(spec.settings.get("lamp_w", LAMP_W), random, sky)
                return LightFirmware(badge, sky, ailments, pole)
            case "wifi":
                return WifiFirmware(badge, sky, ailments, Crowd(spec.place, random, sky))
            case "speaker":
                return SpeakerFirmware(badge, sky, ailments)
            case "soil":
                return SoilFirmware(badge, sky, ailments, self._ground_of(spec.id), random)
            case "valve":
                return ValveFirmware(badge, sky, ailments, self._taps[spec.id])
            case "pump":
                return PumpFirmware(badge, sky, ailments, self._lines[spec.id])
            case "weather":
                return WeatherFirmware(badge, sky, ailments)
        raise NotImplementedError(f"no firmware for a {spec.kind}: add one in firmware_sim")

    def _ground_of(self, sensor: str) -> Ground:
        for plot in self.layout.plots:
            if sensor in plot.sensors:
                return self.grounds[plot.id]
        # A sensor in no plot stands in a meadow of its own.
        meadow = PlotSpec(sensor, 1000.0, (), None, (sensor,), RATE_L_MIN)
        ground = Ground(meadow, (), sum(START_PCT) / 2, self.sky)
        self.grounds[sensor] = ground
        return ground


def resume(
    layout: Layout,
    saved: Mapping[str, Any],
    *,
    now: Millis,
    cadence: Cadence,
    scenario: Scenario | None = None,
    weather: Weather | None = None,
) -> World:
    """The world that `World.save` gave, as it is by `now`, with all devices just booted."""

    def boot(at: Millis, memory: Mapping[str, Any]) -> World:
        return World(
            layout,
            seed=saved["seed"],
            start=at,
            cadence=cadence,
            scenario=scenario,
            saved=memory,
            weather=weather,
        )

    pause = boot(max(saved["at"], now - PAUSE_MAX_MS), saved)
    pause.rest_until(now)
    return boot(now, pause.save())
