"""What a person would say if asked how the hamlet is."""

from dashboards.words import Words
from devices.text import Text
from gateway.views.home import Home, KindSummary

FEW_SHARE = 0.1
"""Up to a tenth of the lights the hamlet is well lit "except" for them; beyond, it is not."""


def sentence(home: Home, words: Words) -> str:
    """The hamlet in one or three short sentences that can be read aloud."""
    if not any(summary.counts.total for summary in home.kinds):
        waiting = home.new_devices
        return words.t("say.new", n=waiting) if waiting else words.t("say.nothing")
    if home.heard_at is None:
        return words.t("say.waiting")
    parts = [_lights(home.kind("light"), home.lit, words), _wifi(home.kind("wifi"), words)]
    if home.watering.running:
        parts.append(words.t("say.watering", n=len(home.watering.running)))
    return " ".join(part for part in parts if part)


def _lights(lights: KindSummary, lit: bool, words: Words) -> str:
    counts = lights.counts
    if not counts.total:
        return ""
    if counts.unknown * 2 > counts.total:
        return words.t("say.lights.unknown", n=counts.unknown, total=counts.total)
    judged = _judged(lights, "lit" if lit else "dark", words)
    unknown = words.t("say.lights.some-unknown", n=counts.unknown) if counts.unknown else ""
    return f"{judged} {unknown}".strip()


def _judged(lights: KindSummary, time: str, words: Words) -> str:
    counts, place = lights.counts, lights.down_near
    if not counts.down:
        return words.t(f"say.lights.good.{time}")
    near = words.t("say.near", place=_inside(place, words)) if place else ""
    if counts.down <= counts.total * FEW_SHARE:
        return words.t(f"say.lights.except.{time}", n=counts.down, near=near)
    return words.t("say.lights.bad", n=counts.down, total=counts.total, near=near)


def _wifi(wifi: KindSummary, words: Words) -> str:
    counts = wifi.counts
    if not counts.total:
        return ""
    key = "say.wifi.some-unknown" if counts.unknown else "say.wifi"
    return words.t(key, n=counts.up, total=counts.total, unknown=counts.unknown)


def _inside(place: Text, words: Words) -> str:
    """In the middle of a Vietnamese sentence "Nhà văn hóa" begins small; an English name keeps its
    capitals, because the first word may be one ("Khe Coc bridge")."""
    return place.vi[:1].lower() + place.vi[1:] if words.lang == "vi" else place.en
