"""The alert about a port that cannot be used."""

from gateway.alerts.engine import AlertEngine
from gateway.decisions import AlertAsked, AlertCleared
from gateway.serial.notices import outlived, port_alert


def test_one_alert_for_a_port_until_it_can_be_used() -> None:
    engine = AlertEngine()
    for now in (0, 10):
        asked = port_alert("/dev/ttyUSB0", False, now)
        assert isinstance(asked, AlertAsked)
        engine.ask(asked)
    other = port_alert("/dev/ttyUSB1", False, 20)
    assert isinstance(other, AlertAsked)
    engine.ask(other)
    opened = engine.open_alerts()
    assert len(opened) == 2
    assert not any("/" in alert.id for alert in opened), "an id is part of an address"
    cleared = port_alert("/dev/ttyUSB0", True, 30)
    assert isinstance(cleared, AlertCleared)
    engine.clear(cleared)
    (left,) = engine.open_alerts()
    assert "/dev/ttyUSB1" in left.message.en
    assert outlived([left], ["/dev/ttyUSB1"], 40) == []
    (over,) = outlived([left], ["/dev/ttyUSB0"], 40)
    assert engine.clear(over)
