import pytest

from devices.metric import Value
from devices.text import Text
from gateway.rules.template import Template, find_faults
from tests.gateway.rules.scene import device

VALUES: dict[str, Value] = {"soil_moisture_pct": 23.456, "clients": 7, "internet_ok": False}


@pytest.mark.parametrize(
    ("blank", "vi", "en"),
    [
        ("{device.label}", "Thiết bị s1", "Device s1"),
        ("{device.id}", "s1", "s1"),
        ("{device.plot}", "lo-1", "lo-1"),
        ("{device.place}", "–", "–"),
        ("{soil_moisture_pct}", "23,46", "23.46"),
        ("{clients}", "7", "7"),
        ("{internet_ok}", "không", "no"),
        ("{soil_ph}", "chưa rõ", "unknown"),
    ],
)
def test_blanks(blank: str, vi: str, en: str) -> None:
    template = Template(Text(f"<{blank}>", f"<{blank}>"))
    subject = device("soil", "s1", plot="lo-1")
    assert template.fill(subject, VALUES.get) == Text(f"<{vi}>", f"<{en}>")


def test_whole_numbers_have_no_fraction() -> None:
    filled = Template(Text("{x}", "{x}")).fill(device("soil", "s1"), {"x": 120.0}.get)
    assert filled == Text("120", "120")


def test_what_is_filled_in_is_no_template() -> None:
    hostile = device("soil", "s1")
    hostile.label = Text("{device.id}{soil_ph}", "<script>")
    template = Template(Text("{device.label}", "{device.label}"))
    assert template.fill(hostile, VALUES.get) == hostile.label


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, "is empty"),
        ("x" * 501, 0, "501 characters"),
        ("đất {soil_moisture}", 4, "did you mean 'soil_moisture_pct'?"),
        ("{device.__class__}", 0, "nothing is called"),
        ("{soil_moisture_pct!r}", 0, "nothing is called"),
        ("{soil_moisture_pct:>999999999}", 0, "nothing is called"),
        ("{0}", 0, "nothing is called"),
        ("{}", 0, "nothing is called"),
        ("a { b", 2, "a lone '{'"),
        ("{{device.id}}", 0, "a lone '{'"),
    ],
)
def test_only_known_blanks_are_allowed(text: str, offset: int, words: str) -> None:
    [fault] = find_faults(text, ["soil_moisture_pct"])
    assert fault.offset == offset
    assert words in fault.message
