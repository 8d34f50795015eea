"""The site that the bench runs: made-up devices of four kinds, and rules that read them."""

import json
from pathlib import Path

from devices.reading import Millis
from firmware_sim.cadence import LIVE
from firmware_sim.layout import Layout, many_devices
from firmware_sim.world import World
from gateway.cli.bench import dry_plots
from gateway.cli.bench.store import Store

HAMLET = "bench"
KINDS_USED = ("light", "speaker", "wifi", "soil")
PROBES = 60
"""Pairs of a soil sensor and a light that only the latency measurement talks to."""
WHOLE_KIND = (
    ("soil", "soil_moisture_pct < 0.5 and soil_temperature_c > 60"),
    ("light", "load_power_w > 900 and battery_v < 3"),
    ("wifi", "rtt_ms > 59000 or loss_pct > 99.5"),
    ("speaker", "amplifier_temperature_c > 140 and not playing"),
)
"""Conditions that never come true, so that what is measured is looking and not acting."""


def make_layout(devices: int) -> Layout:
    """So many devices, a quarter of each kind."""
    return many_devices(HAMLET, devices, KINDS_USED)


def make_world(devices: int, now: Millis) -> World:
    """The devices of `make_layout`, ready to report."""
    return World(make_layout(devices), seed=1, start=now, cadence=LIVE)


def write_site(
    folder: Path,
    *,
    devices: int,
    rules: int,
    broker_port: int,
    web_port: int,
    store: Store | None = None,
    with_plots: bool = False,
) -> None:
    """A site with `rules` rules besides those of the probes, and perhaps plots.

    Up to 16 of them look at every device of a kind, four rules at each message; every other looks
    at one device, as technicians write them for one pole or one garden.
    """
    (folder / "rules").mkdir(parents=True)
    _dump(
        folder / "site.yaml",
        {
            "hamlet": HAMLET,
            "name": {"vi": "Đo tốc độ", "en": "Bench"},
            "place": {"latitude": 21.72, "longitude": 105.74, "timezone": "Asia/Ho_Chi_Minh"},
            "broker": {"url": f"mqtt://127.0.0.1:{broker_port}"},
            "web": {"port": web_port},
            "limits": {"device_messages_per_minute": 10**9},  # a bench is nothing but babble
            **(_influxdb(folder, store) if store else {}),
        },
    )
    listed = [_device(spec.id, spec.kind) for spec in make_layout(devices).devices] + [
        _device(f"{name}-{number}", kind)
        for number in range(PROBES)
        for name, kind in (("probe", "soil"), ("lamp", "light"))
    ]
    if with_plots:
        listed += [_device(id, kind) for id, kind in dry_plots.devices()]
        _dump(folder / "plots.yaml", {"plots": dry_plots.plots()})
    _dump(folder / "devices.yaml", {"devices": listed})
    _dump(folder / "rules" / "load.yaml", [_rule(n, listed) for n in range(rules)])
    _dump(folder / "rules" / "probes.yaml", [_probe_rule(number) for number in range(PROBES)])


def _influxdb(folder: Path, store: Store) -> dict[str, object]:
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(store.token)
    where = {"url": store.url, "org": store.org, "bucket": store.bucket}
    return {"influxdb": {**where, "token_file": token.name}}


def _device(id: str, kind: str) -> dict[str, object]:
    return {"id": id, "kind": kind, "label": {"vi": id, "en": id}}


def _rule(number: int, listed: list[dict[str, object]]) -> dict[str, object]:
    if number < 4 * len(WHOLE_KIND):
        kind, condition = WHOLE_KIND[number % len(WHOLE_KIND)]
        on: dict[str, object] = {"kind": kind}
    else:
        device = listed[number % len(listed)]
        on = {"device": device["id"]}
        condition = next(text for kind, text in WHOLE_KIND if kind == device["kind"])
    return {
        "rule": f"load-{number}",
        "label": {"vi": f"Thử {number}", "en": f"Load {number}"},
        "on": on,
        "when": condition,
        "for": "10m",
        "then": [{"alert": {"severity": "warning"}}],
    }


def _probe_rule(number: int) -> dict[str, object]:
    light = {"device": f"lamp-{number}", "command": "set-brightness", "brightness_pct": 50}
    return {
        "rule": f"probe-{number}",
        "label": {"vi": f"Đo trễ {number}", "en": f"Probe {number}"},
        "on": {"device": f"probe-{number}"},
        "when": "soil_moisture_pct < 5",
        "then": [{"command": light}],
    }


def _dump(file: Path, data: object) -> None:
    """JSON is YAML."""
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
