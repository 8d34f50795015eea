"""The figures behind a decision about a plot, in words and with their units.

What the sentence says already (its cause, ids) is left out; a figure without a word, of another
version of the gateway, stands under its own name.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dashboards.words import Words
from devices.metric import Value

SAID = frozenset({"cause", "proposal", "interlock", "run", "moment"})
"""What the sentence says in words, or what is no figure."""
_UNITS = {"_mm": "mm", "_pct": "%", "_m_s": "m/s", "_c": "°C"}
_WHO = ("rule", "person")
_LITRES = ("litres", "litres_per_day_max")


class Figure(NamedTuple):
    """One of them."""

    label: str
    value: str


def figures(inputs: Mapping[str, Value | str | None], words: Words) -> Iterator[Figure]:
    """All that are told, in their order."""
    for name, value in inputs.items():
        if name not in SAID and value != "":
            label = words.known(f"input.{name}", name)
            yield Figure(label, _written(name, value, words))


def _written(name: str, value: Value | str | None, words: Words) -> str:
    if value is None:
        return words.t("value.unknown")
    if isinstance(value, bool):
        return words.t("value.yes" if value else "value.no")
    if isinstance(value, str):
        return _named(name, value, words)
    if name == "next_look":
        return words.when(int(value))
    if name in _LITRES or name.endswith("_l"):
        return words.volume(value)
    unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
    return words.quantity(float(value), unit)


def _named(name: str, value: str, words: Words) -> str:
    if name == "estimates":
        return ", ".join(words.known(f"estimate.{one}", one) for one in value.split(","))
    if name == "mode":
        return words.known(f"mode.{value}", value)
    if name == "requester":
        who, _, named = value.partition(":")
        if who == "plan":
            return words.known(f"mode.{named}", named)
        return words.t(f"requester.{who}", name=named) if who in _WHO else value
    return value
