"""Puts API and pages on a running gateway."""

import time
from urllib.parse import urlsplit

from fastapi import FastAPI

from dashboards.app import add_pages
from gateway.api.app import create_app
from gateway.api.token import load_or_create_token
from gateway.app import Gateway, SiteError
from gateway.metrics import families
from gateway.serial.statistics import LineStatistics
from gateway.site import WebConfig
from gateway.views import Views
from gateway.views.condition import Condition, Link, SerialPort, WiredDevice
from gateway.vitals import written_bytes

TOKEN_FILE = "web-token"  # noqa: S105  # the name of a file
HOUR_S = 3600
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def build_web(gateway: Gateway) -> FastAPI:
    """The web application. Raises SiteError when the token's file is wrong."""
    engines = gateway.pipeline.engines
    views = Views(
        gateway.site,
        gateway.pipeline.fleet,
        gateway.reader,
        gateway.store,
        alerts=engines.alerts.open_alerts,
        irrigation=engines.irrigation,
        rules=engines.rules.status,
        rules_of=engines.rules.rules_of,
        condition=lambda: _condition(gateway),
        clock=gateway.clock.now,
    )
    try:
        token = load_or_create_token(gateway.site.data / TOKEN_FILE)
    except (OSError, ValueError) as error:
        raise SiteError(str(error)) from None
    app = create_app(
        views,
        gateway.feed,
        gateway,
        gateway.rules,
        gateway.plots,
        gateway.diary,
        metrics=lambda: families(gateway),
        token=token,
        allowed_hosts=_hosts(gateway.site.config.web),
        any_address=gateway.site.config.web.host not in LOOPBACK,
    )
    add_pages(app, views, gateway.feed, gateway.rules, gateway.plots, gateway.diary, token)
    return app


def _hosts(web: WebConfig) -> list[str]:
    """The names by which the page may be asked for; any other is somebody's trick."""
    named = urlsplit(web.base_url).hostname if web.base_url else None
    return [*LOOPBACK, web.host, *([named] if named else [])]


def _condition(gateway: Gateway) -> Condition:
    seen = gateway.observations
    store = None
    if gateway.forwarder:
        up = seen.forward is not None and seen.forward.trouble is None
        store = Link(up, seen.store_since)
    return Condition(
        broker=Link(seen.broker_connected, seen.broker_since),
        store=store,
        backlog=seen.forward.backlog_rows if seen.forward else 0,
        journal_ok=seen.journal_trouble is None,
        disk_full=seen.disk_full,
        standstill=gateway.pulse.standstill(),
        serial=tuple(map(_serial_port, gateway.serial.statistics)),
        clock=gateway.clock.state,
        uncertain=gateway.uncertain,
        written_a_day=_written_a_day(time.monotonic() - seen.started),
        forecasts=tuple(gateway.pipeline.engines.irrigation.forecasts.status(gateway.clock.now())),
    )


def _written_a_day(runs_s: float) -> float | None:
    """Bytes; the first hour is not typical, as a start writes much."""
    written = written_bytes()
    return None if written is None or runs_s < HOUR_S else written / runs_s * 24 * HOUR_S


def _serial_port(line: LineStatistics) -> SerialPort:
    return SerialPort(
        port=line.port,
        link=Link(line.usable, line.since),
        trouble=line.trouble.value if line.trouble else None,
        garbled=line.garbled,
        devices=tuple(
            WiredDevice(
                id=seen.device,
                address=seen.address,
                profile=seen.profile,
                answered_at=seen.answered_at,
                trouble=seen.trouble.value if seen.trouble else None,
                readings=seen.polls - seen.failed,
                errors={cause.value: number for cause, number in seen.errors.items()},
            )
            for seen in line.devices.values()
        ),
    )
