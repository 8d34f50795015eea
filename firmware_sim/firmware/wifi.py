"""A public hotspot: counts its users and pings its way out."""

from collections.abc import Mapping
from typing import Any

from devices.reading import Millis
from firmware_sim.faults import Ailments, Fault
from firmware_sim.firmware.device import Badge, Firmware
from firmware_sim.people import Crowd
from firmware_sim.weather import Sky


class WifiFirmware(Firmware):
    """Reports one Crowd. Without an answer to its pings there is no round trip to report."""

    model = "Outdoor access point"

    def __init__(self, badge: Badge, sky: Sky, ailments: Ailments, crowd: Crowd) -> None:
        super().__init__(badge, sky, ailments)
        self.crowd = crowd

    def measure(self, now: Millis) -> str:
        crowd = self.crowd
        internet = not (self.ailments and self._ails(Fault.NO_INTERNET, now))
        crowd.advance(self.sky, internet=internet)
        rtt, loss = crowd.ping()
        way_out = (
            f'"rtt_ms":{rtt:.1f},"loss_pct":{loss:.0f},"internet_ok":true'
            if internet
            else '"loss_pct":100,"internet_ok":false'
        )
        return (
            f'"clients":{crowd.clients},{way_out},'
            f'"rx_bytes":{crowd.received_b},"tx_bytes":{crowd.sent_b}'
        )

    def obey(self, command: str, args: Mapping[str, Any], now: Millis) -> dict[str, Any]:
        self.crowd.hang_up()
        self.restart(now)
        return {"boot": self.boot}

    def save(self) -> dict[str, Any]:
        return {**super().save(), "crowd": self.crowd.save()}

    def load(self, saved: Mapping[str, Any]) -> None:
        super().load(saved)
        self.crowd.load(saved["crowd"])
