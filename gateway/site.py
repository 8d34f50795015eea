"""A site: the folder that says what a hamlet has and where. Read once, checked whole."""

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from devices.kinds import KINDS, KindName
from devices.metric import METRIC_NAME, Value
from devices.text import Text
from devices.topics import IDENTIFIER, parse_topic
from gateway.diary.addresses import check_base_url
from gateway.diary.gs1 import check_gtin
from gateway.fleet import GATEWAY
from gateway.located_yaml import Located, Model, Problem, ProblemsError, did_you_mean, load_yaml
from gateway.plots import Plot, PlotsFile, plot_problems
from gateway.profiles import Profiles, load_profiles
from gateway.serial_lines import SerialLine, line_problems

FORECAST_TOPIC_MAX = 256
"""Bytes; brokers allow more, people write less."""
SECRET_MAX = 4096
"""Bytes of a password or token file: more is no secret but the wrong file."""


def _check_identifier(value: str) -> str:
    if not IDENTIFIER.fullmatch(value):
        raise ValueError(f"{value!r} must be lower-case letters, digits and '-', at most 63")
    return value


def _check_gtin(value: object) -> str:
    if not isinstance(value, str):  # YAML would take leading zeros away
        raise ValueError("write it in quotes")
    return check_gtin(value)


Identifier = Annotated[str, AfterValidator(_check_identifier)]
ConstantName = Annotated[str, Field(pattern=f"^{METRIC_NAME.pattern}$")]
Degrees = Annotated[float, Field(ge=-180, le=180)]
Position = tuple[Degrees, Degrees]


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PlaceConfig(_Config):
    """Where the hamlet is: sun times, schedules and the drawing follow from it."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    altitude_m: Annotated[float, Field(ge=-500, le=9000)] = 0
    timezone: str

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is no time zone, e.g. Asia/Ho_Chi_Minh") from None
        return value


class EmbeddedConfig(_Config):
    """The broker that the gateway brings along, for a demo or a laptop."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 1883


class BrokerConfig(_Config):
    """Which MQTT broker the devices talk to: `url`, or one of its own with `embedded`."""

    url: str | None = None
    embedded: EmbeddedConfig | None = None
    protocol: Literal["5", "3.1.1"] = "5"
    client_id: Identifier = "hamlet-gateway"
    username: str | None = None
    password_file: str | None = None
    ca_file: str | None = None

    @model_validator(mode="after")
    def _check(self) -> "BrokerConfig":
        if (self.url is None) == (self.embedded is None):
            raise ValueError("give exactly one of url and embedded")
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
                raise ValueError(f"url {self.url!r} is not like mqtt://127.0.0.1:1883")
            if parts.password:
                raise ValueError("no password in the url: put it into a file, see password_file")
        return self


class JournalConfig(_Config):
    """How the journal commits and how much it keeps."""

    commit_interval_ms: Annotated[int, Field(ge=1, le=10_000)] = 250
    keep_days: Annotated[int, Field(ge=1)] = 400
    max_gb: Annotated[float, Field(gt=0)] = 8


class InfluxConfig(_Config):
    """The long-term store. `max_kbit_s` is how much of the line it may take."""

    url: str
    org: str
    bucket: str
    token_file: str
    ca_file: str | None = None
    max_kbit_s: Annotated[float, Field(ge=8)] | None = None

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # of the port
            usable = False
        if not usable:
            raise ValueError(f"{value!r} is not like http://127.0.0.1:8086")
        return value


class ForecastConfig(_Config):
    """Where forecasts of rain come from: a file, read again each minute, an MQTT topic, or both."""

    file: Annotated[str, Field(min_length=1)] | None = None
    topic: str | None = None

    @field_validator("topic")
    @classmethod
    def _check_topic(cls, value: str) -> str:
        if not value or len(value.encode()) > FORECAST_TOPIC_MAX or set(value) & set("+#\0"):
            raise ValueError("is no topic: neither + nor #, e.g. hamlet/khe-coc/forecast")
        if value.startswith("$") or parse_topic(value):
            raise ValueError(f"{value!r} is a topic of the broker or of a device")
        return value

    @model_validator(mode="after")
    def _check(self) -> "ForecastConfig":
        if self.file is None and self.topic is None:
            raise ValueError("give file, topic, or both")
        return self


class WebConfig(_Config):
    """Where the pages are served. `base_url` is how people reach them; QR codes lead there."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    base_url: Annotated[str, AfterValidator(check_base_url)] | None = None


class LimitsConfig(_Config):
    """How much each device may send, in the long run and at once after days away, and how often it
    is told which of its readings are on disk."""

    device_messages_per_minute: Annotated[int, Field(ge=60)] = 300
    device_burst: Annotated[int, Field(ge=1)] = 20_000
    ack_interval_s: Annotated[int, Field(ge=1, le=3600)] = 30


class SiteConfig(_Config):
    """site.yaml. `gtin` is the GS1 number of the hamlet's tea, for the codes on its packets."""

    hamlet: Identifier
    name: Text
    place: PlaceConfig
    adopt_new_devices: bool = False
    broker: BrokerConfig
    journal: JournalConfig = JournalConfig()
    influxdb: InfluxConfig | None = None
    limits: LimitsConfig = LimitsConfig()
    web: WebConfig = WebConfig()
    forecast: ForecastConfig | None = None
    serial: tuple[SerialLine, ...] = ()
    constants: dict[ConstantName, float] = {}
    gtin: Annotated[str, BeforeValidator(_check_gtin)] | None = None


class DeviceConfig(_Config):
    """One device in devices.yaml."""

    id: Identifier
    kind: KindName
    label: Text
    place: Identifier | None = None
    road: Identifier | None = None
    plot: Identifier | None = None
    tags: frozenset[Identifier] = frozenset()
    position: Position | None = None
    interval_s: Annotated[int, Field(ge=1, le=86_400)] | None = None
    settings: dict[str, Value] = {}
    limits: dict[ConstantName, float] = {}


class DevicesFile(_Config):
    """devices.yaml"""

    devices: list[DeviceConfig] = []


class RoadConfig(_Config):
    """A road on the drawing."""

    id: Identifier
    label: Text
    line: Annotated[list[Position], Field(min_length=2)]


class LandmarkConfig(_Config):
    """A place that people know: the cultural house, the school, the market."""

    id: Identifier
    label: Text
    position: Position


class MapFile(_Config):
    """map.yaml: what the drawing of the hamlet shows besides devices and plots."""

    roads: list[RoadConfig] = []
    places: list[LandmarkConfig] = []


@dataclass(frozen=True, slots=True)
class Site:
    """Everything a site folder says, and the gateway as the last of the devices. Paths in it are
    relative to `folder`."""

    folder: Path
    config: SiteConfig
    devices: tuple[DeviceConfig, ...]
    water: PlotsFile
    map: MapFile
    profiles: Profiles

    @property
    def plots(self) -> tuple[Plot, ...]:
        """What is watered."""
        return self.water.plots

    @property
    def data(self) -> Path:
        """The folder of the journal and of everything else that the gateway writes."""
        return self.folder / "data"

    @property
    def rules(self) -> Path:
        """The folder of the rules."""
        return self.folder / "rules"


THE_GATEWAY = DeviceConfig(id=GATEWAY, kind=GATEWAY, label=KINDS[GATEWAY].label)


def load_site(folder: Path) -> Site:
    """Read a site folder. Raises ProblemsError with every mistake in all its files."""
    if not folder.is_dir():
        raise ProblemsError(
            [Problem(folder, 1, 1, "is no folder; copy site.example to begin a site")]
        )
    problems: list[Problem] = []
    config = _load(folder / "site.yaml", SiteConfig, problems)
    devices = _load(folder / "devices.yaml", DevicesFile, problems, optional=True)
    plots = _load(folder / "plots.yaml", PlotsFile, problems, optional=True)
    drawing = _load(folder / "map.yaml", MapFile, problems, optional=True)
    profiles = _load_profiles(folder, problems)
    if devices and plots and drawing:
        problems += _cross_check(devices, plots, drawing)
    if config and devices and profiles:
        problems += _check_lines(config, devices[1], profiles)
    if problems or not (config and devices and plots and drawing and profiles):
        raise ProblemsError(problems)
    listed = (*devices[1].devices, THE_GATEWAY)
    return Site(folder, config[1], listed, plots[1], drawing[1], profiles)


def read_secret(site: Site, file: str) -> str:
    """The password or token in a file of the site. Raises OSError or ValueError in words for the
    person who set it up."""
    path = site.folder / file
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ValueError(f"{path} can be read by others: run chmod 600 {path}")
    secret = path.read_bytes()[: SECRET_MAX + 1].decode().strip()
    if not secret or len(secret) > SECRET_MAX:
        raise ValueError(f"{path} holds no secret")
    return secret


def _load(
    file: Path, model: type[Model], problems: list[Problem], *, optional: bool = False
) -> tuple[Located, Model] | None:
    try:
        if optional and not file.exists():
            return Located(file, {}, {}), model()
        located = load_yaml(file)
        return located, located.validate(model)
    except ProblemsError as error:
        problems += error.problems
        return None


def _load_profiles(folder: Path, problems: list[Problem]) -> Profiles | None:
    try:
        return load_profiles(folder)
    except ProblemsError as error:
        problems += error.problems
        return None


def _check_lines(
    config: tuple[Located, SiteConfig], devices: DevicesFile, profiles: Profiles
) -> list[Problem]:
    kinds = {device.id: device.kind for device in devices.devices}
    found = line_problems(config[1].serial, profiles, kinds)
    return [config[0].problem(("serial", *path), message) for path, message in found]


def _cross_check(
    devices: tuple[Located, DevicesFile],
    plots: tuple[Located, PlotsFile],
    drawing: tuple[Located, MapFile],
) -> list[Problem]:
    """What each file says of the others must be true."""
    problems: list[Problem] = []
    problems += _twice(devices[0], [device.id for device in devices[1].devices])
    for index, device in enumerate(devices[1].devices):
        for field in ("id", "kind"):
            if getattr(device, field) == GATEWAY:
                message = f"{GATEWAY!r} is the gateway itself; it need not be listed"
                problems.append(devices[0].problem(("devices", index, field), message))
    places = {place.id for place in drawing[1].places}
    roads = {road.id for road in drawing[1].roads}
    known = {"plot": {plot.id for plot in plots[1].plots}, "place": places, "road": roads}
    for index, device in enumerate(devices[1].devices):
        for field, names in known.items():
            name = getattr(device, field)
            if name is not None and name not in names:
                message = f"there is no {field} {name!r}{did_you_mean(name, names)}"
                problems.append(devices[0].problem(("devices", index, field), message))
    kinds = {device.id: device.kind for device in devices[1].devices}
    for path, message in plot_problems(plots[1], kinds):
        problems.append(plots[0].problem(path, message))
    return problems


def _twice(devices: Located, ids: list[str]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for index, id in enumerate(ids):
        if id in first:
            line = devices.position(("devices", first[id]))[0]
            message = f"{id!r} stands already in line {line}"
            problems.append(devices.problem(("devices", index, "id"), message))
        first.setdefault(id, index)
    return problems
