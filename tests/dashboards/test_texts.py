"""Every word stands in the catalogue, in both languages, and every word there is used."""

import re
from pathlib import Path
from string import Formatter

import pytest

import dashboards
from dashboards.texts import CATALOGUE
from devices.rejection import Reason
from gateway.cli.season.ways import Way
from gateway.decisions import CommandState, RuleEdit, RuleState, RunState, Severity, State
from gateway.diary.addresses import Reach
from gateway.health import verdicts
from gateway.plot_acts import Unit
from gateway.plot_records import DiaryKind
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason
from gateway.serial.exchange import Cause
from gateway.serial.port import PortTrouble
from gateway.watering_plan import Certainty

FOLDER = Path(dashboards.__file__).parent
SOURCES = [
    file
    for pattern in ("*.py", "diary_export/*.py", "templates/**/*.html")
    for file in FOLDER.glob(pattern)
]
SOURCES += (FOLDER.parent / "gateway" / "cli").rglob("*.py")
KEY = re.compile(r"""\bt\(\s*f?["']([a-z0-9.-]+)["']""")
QUOTED = re.compile(r"""["']([a-z0-9]+(?:\.[a-z0-9-]+)+)["']""")
DYNAMIC = {
    **{f"state.{state.value}": None for state in State},
    **{f"severity.{severity.value}": None for severity in Severity},
    **{f"command.{state.value}": None for state in CommandState},
    **{f"rule.{state.value}": None for state in RuleState},
    **{f"rule.became.{state.value}": None for state in RuleState},
    **{f"rule.version.{edit.value}": None for edit in RuleEdit},
    **{f"try.{name}": None for name in ("firings", "alerts", "commands")},
    **{f"season.{way.value}": None for way in Way},
    **{f"run.{state.value}": None for state in RunState},
    **{f"mode.{mode.value}": None for mode in Mode},
    **{f"act.mode.{mode.value}.how": None for mode in Mode},
    **{f"act.water.unit.{unit.value}": None for unit in Unit},
    **{f"dry.{reason.value}": None for reason in NoGoReason},
    **{f"plan.{certainty.value}": None for certainty in Certainty},
    **{f"plot.{state}": None for state in ("unknown", "running", "asking")},
    **{
        f"{page}.{soil}": None
        for page in ("plot", "watering")
        for soil in ("fine", "due", "thirsty")
    },
    **{
        f"plot.balance.{name}": None
        for name in ("et", "rain", "irrigation", "percolation", "correction", "depletion")
    },
    **{f"reason.{reason.value}": None for reason in Reason},
    **{f"port.{trouble.value}": None for trouble in PortTrouble},
    **{f"serial.{cause.value}": None for cause in Cause},
    **{f"diary.kind.{kind.value}": None for kind in DiaryKind},
    **{f"diary.export.{kind}": None for kind in ("pdf", "xlsx", "csv")},
    **{f"diary.method.{method}": None for method in ("drip", "sprinkler", "hand")},
    **{f"weekday.{day}": None for day in range(7)},
    **{f"chart.{name}": None for name in ("24h", "3d", "30d", "365d")},
    **{f"chart.origin.{name}": None for name in ("store", "no-answer")},
    **{f"age.{unit}": None for unit in ("s", "min", "h", "d")},
    **{f"lots.reach.{reach.value}": None for reach in Reach if reach is not Reach.EVERYBODY},
    **{f"error.{status}.{part}": None for status in (400, 404, 500) for part in ("title", "text")},
    **{
        f"nav.{name}": None
        for name in ("home", "devices", "alerts", "watering", "diary", "rules", "technician")
    },
    **{
        f"say.lights.{tone}.{time}": None for tone in ("good", "except") for time in ("lit", "dark")
    },
}
OPTIONAL = re.compile(r"(cause|input|estimate|bring|requester|todo\.why|tile\.of|tile\.down)\.")
"""Families of which any member may be absent; the code has another word then."""


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", CATALOGUE)
def test_both_languages_say_the_same_with_the_same_figures(key: str) -> None:
    text = CATALOGUE[key]
    assert text.vi.strip()
    assert text.en.strip()
    assert placeholders(text.vi) == placeholders(text.en)


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_number_of_one_needs_no_plural(key: str) -> None:
    english = CATALOGUE[key].en
    assert not re.search(r"\{(n|total|up|down|unknown)\} \w+s\b", english), "{n:thing|things}"
    for _, _, forms, _ in Formatter().parse(english):
        assert not forms or re.fullmatch(r"[^|]+\|[^|]+", forms)


def test_every_key_that_is_used_exists() -> None:
    used = {key for file in SOURCES for key in KEY.findall(file.read_text())}
    assert used
    whole = {key for key in used if not key.endswith(".")}
    assert whole <= CATALOGUE.keys()
    assert DYNAMIC.keys() <= CATALOGUE.keys()


def test_every_key_that_a_template_chooses_between_exists() -> None:
    families = {key.partition(".")[0] for key in CATALOGUE}
    templates = [file.read_text() for file in FOLDER.glob("templates/**/*.html")]
    lines = [line for text in templates for line in text.splitlines()]
    chosen = {key for line in lines if "w.t(" in line for key in QUOTED.findall(line)}
    meant = {key for key in chosen if key.partition(".")[0] in families}
    assert meant - CATALOGUE.keys() == set()


def test_every_key_that_exists_is_used() -> None:
    written = {key for file in SOURCES for key in QUOTED.findall(file.read_text())}
    unused = [
        key
        for key in CATALOGUE
        if key not in written and key not in DYNAMIC and not OPTIONAL.match(key)
    ]
    assert unused == []


def test_every_cause_of_the_health_engine_has_a_name() -> None:
    causes = {value[1] for value in vars(verdicts).values() if isinstance(value, tuple)}
    assert len(causes) > 3
    assert {f"cause.{cause}" for cause in causes - {"ok"}} <= CATALOGUE.keys()


def test_no_template_holds_a_word_of_its_own() -> None:
    for file in (FOLDER / "templates").rglob("*.html"):
        text = re.sub(r"\{[{%#].*?[}%#]\}", " ", file.read_text(), flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", " ", text)
        assert re.findall(r"[^\W\d_]{2,}", text) == [], file.name
