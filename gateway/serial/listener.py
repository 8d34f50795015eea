"""One port with sensors that speak by themselves: reads their lines and reports them."""

import logging

from gateway.clock import Now
from gateway.serial.line_reading import LineError, read_line
from gateway.serial.line_splitter import LineSplitter
from gateway.serial.port import Port
from gateway.serial.reports import Reports
from gateway.serial.statistics import DeviceStatistics, LineStatistics
from gateway.serial_lines import LineFormat

DEVICES_MAX = 1000
"""Devices heard on one port. A sensor that invents ids does not fill the memory."""

log = logging.getLogger(__name__)


class Listener:
    """Reads the lines of one port."""

    def __init__(
        self,
        form: LineFormat,
        statistics: LineStatistics,
        reports: Reports,
        now: Now,
    ) -> None:
        self._form = form
        self._statistics = statistics
        self._reports = reports
        self._now = now
        if form.device:
            statistics.devices[form.device] = DeviceStatistics(form.device)

    async def serve(self, port: Port) -> None:
        """Read for ever. Raises PortError when the port is gone."""
        splitter = LineSplitter()
        while True:
            for line in splitter.feed(await port.read()):
                self._take(line)
            self._statistics.garbled += splitter.overlong
            splitter.overlong = 0

    def _take(self, line: bytes) -> None:
        seen = self._statistics
        try:
            reading = read_line(line, self._form)
        except LineError as error:
            if not seen.garbled:  # the others are counted: a log full of noise helps nobody
                log.warning("%s: a line cannot be read: %s", seen.port, error)
            seen.garbled += 1
            return
        device = seen.devices.get(reading.device)
        if device is None:
            if len(seen.devices) >= DEVICES_MAX:
                seen.garbled += 1
                return
            device = seen.devices[reading.device] = DeviceStatistics(reading.device)
        self._reports.report(reading.device, self._form.kind, reading.fields)
        device.polls += 1
        device.answered_at = self._now()
