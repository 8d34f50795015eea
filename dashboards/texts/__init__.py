"""Every word of the pages in both languages: no template and no code holds another.

A text may have `{names}`; both languages have the same ones. `{n:reading|readings}` is the word
that goes with the number `n`. The glossary is one word per concept.
"""

from dashboards.texts.ahead import AHEAD
from dashboards.texts.devices import DEVICES
from dashboards.texts.diary import DIARY
from dashboards.texts.explain import EXPLAIN
from dashboards.texts.home import HOME
from dashboards.texts.inputs import INPUTS
from dashboards.texts.layout import LAYOUT
from dashboards.texts.people import PEOPLE
from dashboards.texts.plot import PLOT
from dashboards.texts.rules import RULES
from dashboards.texts.season import SEASON
from dashboards.texts.serial import SERIAL
from dashboards.texts.watering import WATERING
from devices.text import Text

_PARTS = (
    AHEAD, LAYOUT, HOME, DEVICES, DIARY, EXPLAIN, INPUTS, PEOPLE, PLOT, RULES, SEASON, SERIAL,
    WATERING,
)  # fmt: skip
CATALOGUE: dict[str, Text] = {key: text for part in _PARTS for key, text in part.items()}

if len(CATALOGUE) != sum(map(len, _PARTS)):
    raise ValueError("a key stands in two catalogues")
