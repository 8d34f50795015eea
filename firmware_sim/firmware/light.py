"""A streetlight's charge controller: reports the pole's electricity, dims on command."""

from collections.abc import Mapping
from typing import Any

from devices.command import CommandRefusedError
from devices.reading import Millis
from firmware_sim.chance import noise
from firmware_sim.faults import Ailments, Fault
from firmware_sim.firmware.device import Badge, Firmware
from firmware_sim.solar import BOOST_SOC, FULL_SOC, PROFILES, Pole
from firmware_sim.weather import Sky

# EPEVER register 3201: bit 0 running, bits 2 and 3 the charging stage.
RUNNING = 1
FLOAT, BOOST, BULK = 1 << 2, 2 << 2, 0
OPEN_CIRCUIT_V = 20.5
"""Of the panel when the battery is full and takes nothing."""


class LightFirmware(Firmware):
    """Reports one Pole."""

    model = "Solar light controller, MPPT 10 A"

    def __init__(self, badge: Badge, sky: Sky, ailments: Ailments, pole: Pole) -> None:
        super().__init__(badge, sky, ailments)
        self.pole = pole

    def measure(self, now: Millis) -> str:
        sky, pole = self.sky, self.pole
        if self.ailments:
            self._suffer(now)
        pole.advance(sky)
        air = sky.air
        luck = self.badge.luck + self.seq * 4
        soc = pole.charge_wh / pole.capacity_wh
        sun = air.sun_w_m2 * (1 - pole.dirt)
        status = RUNNING
        if sun <= 0:
            panel_v = 0.3 + 0.1 * noise(luck) if pole.dirt < 1 else 0.0
        elif soc > FULL_SOC:
            panel_v = OPEN_CIRCUIT_V + 0.1 * noise(luck)
            status |= FLOAT
        else:
            panel_v = 13.5 + 4.5 * min(1.0, sun / 60) - sun * 0.0012 + 0.1 * noise(luck)
            status |= BOOST if soc > BOOST_SOC else BULK
        flutter = 1 + 0.01 * noise(luck + 1)
        battery_c = air.temperature_c + pole.warmth_c + 0.006 * air.sun_w_m2
        return (
            f'"battery_v":{pole.battery_v + 0.006 * noise(luck + 2):.2f},'
            f'"battery_current_a":{pole.battery_a * flutter:.2f},'
            f'"battery_soc_pct":{int(soc * 100)},"battery_temperature_c":{battery_c:.1f},'
            f'"pv_voltage_v":{abs(panel_v):.1f},"pv_power_w":{pole.harvest_w * flutter:.1f},'
            f'"load_power_w":{pole.load_w * flutter:.1f},"brightness_pct":{pole.brightness_pct:g},'
            f'"generated_today_wh":{pole.generated_today_wh:.0f},'
            f'"used_today_wh":{pole.used_today_wh:.0f},'
            f'"is_night":{"true" if air.night else "false"},'
            f'"tilt_deg":{abs(pole.tilt_deg + 0.05 * noise(luck + 3)):.1f},'
            f'"controller_status":{status}'
        )

    def obey(self, command: str, args: Mapping[str, Any], now: Millis) -> dict[str, Any]:
        self.pole.advance(self.sky)
        if command == "set-brightness":
            duration_s = args.get("duration_s")
            until = None if duration_s is None else now + duration_s * 1000
            self.pole.dim(args["brightness_pct"], until, self.sky.air)
        else:
            if args["profile"] not in PROFILES:
                known = ", ".join(sorted(PROFILES))
                raise CommandRefusedError(f"no profile {args['profile']!r}; known: {known}")
            self.pole.choose(args["profile"], self.sky.air)
        return {"brightness_pct": self.pole.brightness_pct, "profile": self.pole.profile}

    def save(self) -> dict[str, Any]:
        return {**super().save(), "pole": self.pole.save()}

    def load(self, saved: Mapping[str, Any]) -> None:
        super().load(saved)
        self.pole.load(saved["pole"])

    def _suffer(self, now: Millis) -> None:
        hour, pole = self.sky.air.hour, self.pole
        pole.lamp_dead = self.ailments.has(Fault.LAMP_DEAD, now, hour)
        pole.day_burner = self.ailments.has(Fault.DAY_BURNER, now, hour)
        pole.dirt = self.ailments.amount(Fault.PANEL_DIRTY, now, hour) or 0.0
        pole.age(self.ailments.amount(Fault.BATTERY_AGEING, now, hour) or 0.0)
