"""A site of a few devices and rules, written to a folder and read by the gateway itself."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.assembly import read_site
from gateway.rules.rule import Rule
from gateway.site import Site

HAMLET = "thu"
DEVICES = (("soil-1", "soil"), ("soil-2", "soil"), ("light-1", "light"), ("valve-1", "valve"))
DRY_RULE: Mapping[str, object] = {
    "rule": "dry",
    "label": {"vi": "Khô", "en": "Dry"},
    "on": {"device": "soil-1"},
    "when": "soil_moisture_pct < 5",
    "then": [
        {
            "command": {
                "device": "light-1",
                "command": "set-brightness",
                "brightness_pct": 50,
                "expires": "1m",
            }
        }
    ],
}
"""A light says that a soil is dry: a command that does no harm."""


def write_small_site(
    folder: Path, *, rules: Sequence[Mapping[str, object]] = (), **more: object
) -> None:
    """Write or change the site. `more` are further parts of site.yaml."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    site = {
        "hamlet": HAMLET,
        "name": {"vi": "Xóm Thử", "en": "Test hamlet"},
        "place": {"latitude": 21.72, "longitude": 105.74, "timezone": "Asia/Ho_Chi_Minh"},
        "broker": {"url": "mqtt://127.0.0.1:1883"},
        **more,
    }
    devices = [
        {"id": id, "kind": kind, "label": {"vi": f"Máy {id}", "en": f"Device {id}"}}
        for id, kind in DEVICES
    ]
    _dump(folder / "site.yaml", site)
    _dump(folder / "devices.yaml", {"devices": devices})
    _dump(folder / "rules" / "rules.yaml", list(rules))


def small_site(
    folder: Path, *, rules: Sequence[Mapping[str, object]] = (), **more: object
) -> tuple[Site, list[Rule]]:
    """The same, read and checked."""
    write_small_site(folder, rules=rules, **more)
    return read_site(folder)


def topic(device: str, channel: str = "telemetry", kind: str | None = None) -> str:
    """Where a device of the small site speaks, or one that is not in it."""
    return f"hamlet/{HAMLET}/{kind or dict(DEVICES)[device]}/{device}/{channel}"


def soil(seq: int, moisture: float = 20, **more: object) -> bytes:
    """A report of a soil sensor."""
    return json.dumps({"seq": seq, "boot": "b", "soil_moisture_pct": moisture, **more}).encode()


def _dump(file: Path, data: object) -> None:
    """JSON is YAML."""
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
