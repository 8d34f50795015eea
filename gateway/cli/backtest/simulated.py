"""Days of the simulated world as rows for a back-test. Nobody waters in it and no command arrives:
what the rules do changes nothing."""

from collections.abc import Iterator

from devices.decode import DECODERS
from devices.reading import Millis
from devices.topics import Channel, parse_topic
from firmware_sim.cadence import HISTORY
from firmware_sim.history import FastWorld
from firmware_sim.layout import load_layout
from firmware_sim.scenario import load_scenario
from firmware_sim.world import World
from gateway.backtest.rows import Piece, Row, Span
from gateway.fleet import Fleet
from gateway.journal.batch import CHANNEL_CODES
from gateway.journal.memory import list_device
from gateway.site import Site

DAY_MS: Millis = 86_400_000
ROWS_AT_ONCE = 2000
SEED = 1


class SimulatedRows:
    """A Source: the site's devices, in the weather before `end`, with what its scenario.yaml lets
    break. Raises LayoutError and ScenarioError."""

    def __init__(self, site: Site, days: int, end: Millis) -> None:
        self.fleet = Fleet()
        for number, config in enumerate(site.devices, 1):
            self.fleet.add(list_device(number, config))
        self.span = Span(end - days * DAY_MS, end)
        layout = load_layout(site.folder)
        file, scenario = site.folder / "scenario.yaml", None
        if file.exists():
            ids = {device.id for device in layout.devices}
            scenario = load_scenario(file, origin=end, timezone=layout.timezone, devices=ids)
        start = self.span.start
        self._world = World(layout, seed=SEED, start=start, cadence=HISTORY, scenario=scenario)

    def __iter__(self) -> Iterator[Piece]:
        rows: list[Row] = []
        start, end = self.span.start, self.span.end
        for id, (now, topic, payload) in enumerate(FastWorld(self._world, end - 1), 1):
            rows.append(self._row(id, now, topic, payload))
            if len(rows) == ROWS_AT_ONCE:
                yield Piece(rows, (now - start) / (end - start))
                rows = []
        yield Piece(rows, 1.0)

    def _row(self, id: int, now: Millis, topic: str, payload: bytes) -> Row:
        address = parse_topic(topic)
        device = address and self.fleet.get(address.device)
        if address is None or device is None:
            raise ValueError(f"the simulator spoke on {topic!r}")
        measured_at = now
        if address.channel is Channel.TELEMETRY:
            measured_at = DECODERS[address.kind](device.id, payload, now).measured_at
        return id, device.number, CHANNEL_CODES[address.channel], measured_at, now, payload
