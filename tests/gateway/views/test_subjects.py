"""How people call what rules are about."""

import pytest

from tests.hamlet import Hamlet


@pytest.mark.parametrize(
    ("id", "label", "is_device"),
    [
        ("light-117", "Light", True),
        ("group:plot:lo-3", "Tea plot 3", False),
        ("group:kind:wifi", "Wifi hotspot", False),
        ("group:kind:nothing", "group:kind:nothing", False),
        ("group:road:nothing", "group:road:nothing", False),
        ("gone", "gone", False),
    ],
)
def test_what_is_called_how(hamlet: Hamlet, id: str, label: str, is_device: bool) -> None:
    found = hamlet.views.subject(id)
    assert found.label.en.startswith(label)
    assert found.is_device is is_device
