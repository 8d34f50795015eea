"""Where the figures of a chart come from is said on its page, in both languages."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from devices.reading import Millis
from gateway.decisions import StateChanged
from gateway.history import Measured, Point, StoreError
from gateway.patient_store import PatientStore
from gateway.site import Site
from tests.dashboards.client import client_of
from tests.hamlet import HOUR_MS, NOW, Hamlet

TEXTS = {
    "store": ("Số liệu cũ hơn lấy từ kho lưu trữ", "Older figures come from the long-term store"),
    "no-answer": ("Kho lưu trữ (InfluxDB) không trả lời", "does not answer"),
}


class OldStore:
    """Has one old value of everything, or does not answer."""

    answers = True

    def latest(self, device: str) -> Mapping[str, Measured]:
        return {}

    def series(
        self, device: str, metric: str, start: Millis, end: Millis, step: Millis
    ) -> Sequence[Point]:
        if not self.answers:
            raise StoreError("away")
        return [Point(start, 12.5, 12.5, 12.5, 1)]

    def states(
        self, start: Millis, end: Millis, device: str | None = None
    ) -> Mapping[str, Sequence[StateChanged]]:
        return {}


@pytest.fixture
def store() -> OldStore:
    return OldStore()


@pytest.fixture
def hamlet(tmp_path: Path, site: Site, store: OldStore) -> Iterator[Hamlet]:
    hamlet = Hamlet(tmp_path, site, PatientStore(store))
    yield hamlet
    hamlet.close()


@pytest.mark.parametrize("lang", [0, 1])
async def test_the_page_says_where_its_figures_come_from(
    hamlet: Hamlet, store: OldStore, lang: int
) -> None:
    hamlet.say("soil-03a", NOW - HOUR_MS, 0, soil_moisture_pct=31.0)
    path = f"/devices/soil-03a?range=30d&lang={('vi', 'en')[lang]}"
    async with client_of(hamlet) as web:
        told = (await web.get(path)).text
        assert TEXTS["store"][lang] in told
        assert TEXTS["no-answer"][lang] not in told
        store.answers = False
        told = (await web.get(path)).text
        assert TEXTS["no-answer"][lang] in told
        assert TEXTS["store"][lang] not in told


async def test_the_interface_says_so_too(hamlet: Hamlet, store: OldStore) -> None:
    path = "/api/v1/devices/soil-03a/series?metric=soil_ph"
    async with client_of(hamlet) as web:
        headers = {"Authorization": "Bearer t"}
        series = (await web.get(path, headers=headers)).json()
        assert (series["origin"], len(series["points"])) == ("store", 1)
        store.answers = False
        series = (await web.get(path, headers=headers)).json()
        assert (series["origin"], series["points"]) == ("no-answer", [])
