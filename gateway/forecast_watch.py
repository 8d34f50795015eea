"""Reads the forecast's file once a minute, and says in the log when a forecast is of no use.

Knows nothing of what stands in a forecast.
"""

import asyncio
import logging
from pathlib import Path

from devices.text import Text
from gateway.clock import Now
from gateway.forecast import FORECAST_MAX, Forecasts

LOOK_S = 60.0

Found = bytes | Text
"""What stands in the file, or why nothing does."""

log = logging.getLogger(__name__)


class ForecastWatch:
    """The task; `folder` is the site's."""

    def __init__(self, forecasts: Forecasts, folder: Path, now: Now) -> None:
        self._forecasts = forecasts
        self._folder = folder
        self._now = now
        self._told: dict[str, str | None] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while self._forecasts.file or self._forecasts.topic:
            await asyncio.sleep(LOOK_S)
            await self.look()

    async def look(self) -> None:
        """Take what is new in the file, and tell what has changed. The file is read whole each
        time: who compares its time misses what is written within one tick of the disk's clock."""
        if self._forecasts.file is not None:
            found = await asyncio.to_thread(_read, self._folder / self._forecasts.file)
            _take(self._forecasts, self._forecasts.file, found)
        for one in self._forecasts.status(self._now()):
            trouble = one.trouble.en if one.trouble else None
            if one.source in self._told and self._told[one.source] == trouble:
                continue
            self._told[one.source] = trouble
            if trouble:
                log.warning("forecast %s: %s", one.source, trouble)
            else:
                log.info("forecast %s: %.1f mm within a day", one.source, one.rain_mm or 0.0)


def take_file(forecasts: Forecasts, folder: Path) -> None:
    """What stands in the file now, if there is one: nothing is to be decided before it is known.
    Blocks."""
    if forecasts.file is not None:
        _take(forecasts, forecasts.file, _read(folder / forecasts.file))


def _read(file: Path) -> Found:
    """One byte more than a forecast may have, at most. Blocks."""
    try:
        if file.exists() and not file.is_file():  # a pipe would be waited for
            return Text("không phải là tệp", "is no file")
        with file.open("rb") as handle:
            return handle.read(FORECAST_MAX + 1)
    except FileNotFoundError:
        return Text("không có tệp này", "there is no such file")
    except OSError as error:
        return Text(f"không đọc được: {error.strerror}", f"cannot be read: {error.strerror}")


def _take(forecasts: Forecasts, file: str, found: Found) -> None:
    if isinstance(found, Text):
        forecasts.lose(file, found)
    else:
        forecasts.take(file, found)
