"""One Modbus RTU bus: asks its devices in turn for as long as the port is there."""

import logging
from collections.abc import Sequence

from devices.profile import Profile
from devices.profile_reading import Block, decode, plan
from gateway.clock import Now
from gateway.profiles import Profiles
from gateway.serial.asker import Asker
from gateway.serial.exchange import Cause, ExchangeError
from gateway.serial.port import Port
from gateway.serial.reports import Reports
from gateway.serial.schedule import Schedule
from gateway.serial.statistics import DeviceStatistics, LineStatistics
from gateway.serial.steady import steady_ms
from gateway.serial_lines import BusDevice, SerialLine

RETRIES = 1
"""One damaged frame is the everyday of a long cable; two in a row are worth counting as failure.
Silence is not asked again at once: the answer may be only late, and would then be taken for the one
to the next question, for nothing in it says which question it belongs to."""
log = logging.getLogger(__name__)


class _Polled:
    """One device with everything that asking it needs."""

    def __init__(self, config: BusDevice, profile: Profile, statistics: DeviceStatistics) -> None:
        self.config = config
        self.profile = profile
        self.blocks = plan(profile)
        self.statistics = statistics


class ModbusBus:
    """Polls the devices of one port and reports what they answer."""

    def __init__(
        self,
        line: SerialLine,
        profiles: Profiles,
        statistics: LineStatistics,
        reports: Reports,
        now: Now,
    ) -> None:
        self._line = line
        self._statistics = statistics
        self._reports = reports
        self._now = now
        self._polled = []
        for config in line.devices:
            seen = DeviceStatistics(config.device, config.address, config.profile)
            statistics.devices[config.device] = seen
            self._polled.append(_Polled(config, profiles[config.profile], seen))
        every = [round(config.every_s * 1000) for config in line.devices]
        self._schedule = Schedule(every, steady_ms())

    def introduce(self) -> None:
        """Tell the pipeline what hangs on the bus."""
        for polled in self._polled:
            config = polled.config
            info = {"model": polled.profile.label.en, "interval_s": round(config.every_s)}
            self._reports.introduce(config.device, polled.profile.kind, info)

    async def serve(self, port: Port) -> None:
        """Poll for ever. Raises PortError when the port is gone."""
        asker = Asker(port, self._line.baud, self._line.timeout_ms)
        while True:
            number, at = self._schedule.next_poll()
            await port.idle(max(at - steady_ms(), 0) / 1000)
            if await self._poll(asker, self._polled[number]):
                self._schedule.answered(number, steady_ms())
            else:
                self._schedule.failed(number, steady_ms())

    async def _poll(self, asker: Asker, polled: _Polled) -> bool:
        """One reading; False when there is none. What the device refuses to tell is missing from
        it, but it is not pieced together over a failure."""
        seen = polled.statistics
        seen.polls += 1
        answers: dict[Block, Sequence[int]] = {}
        trouble: Cause | None = None
        for block in polled.blocks:
            try:
                answers[block] = await self._ask(asker, polled, block)
            except ExchangeError as error:
                trouble = error.cause
                if trouble is not Cause.EXCEPTION:
                    answers.clear()
                    break
        values = decode(polled.profile, answers)
        if answers:
            seen.answered_at = self._now()
        else:
            seen.failed += 1
        self._say(polled, None if answers else trouble)
        if values:
            self._reports.report(polled.config.device, polled.profile.kind, values)
        return bool(answers)

    async def _ask(self, asker: Asker, polled: _Polled, block: Block) -> Sequence[int]:
        retries = RETRIES
        while True:
            try:
                return await asker.ask(polled.config.address, block)
            except ExchangeError as error:
                polled.statistics.errors[error.cause] += 1
                if error.cause is not Cause.CRC or not retries:
                    raise
                retries -= 1

    def _say(self, polled: _Polled, trouble: Cause | None) -> None:
        seen = polled.statistics
        if trouble != seen.trouble:
            where = f"{self._line.port}: {seen.device} (address {seen.address})"
            if trouble is None:
                log.info("%s answers again", where)
            else:
                log.warning("%s gives no reading: %s", where, trouble.value)
        seen.trouble = trouble
