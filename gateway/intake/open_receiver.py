"""Which receiver serves which protocol, by its name in `site.yaml`."""

from typing import Literal

from gateway.intake.contract import ConnectionSettings, Receiver
from gateway.intake.mqtt5_receiver import Mqtt5Receiver
from gateway.intake.paho_receiver import PahoReceiver


def open_receiver(settings: ConnectionSettings, protocol: Literal["5", "3.1.1"]) -> Receiver:
    """Connects only when its `run` is called."""
    return Mqtt5Receiver(settings) if protocol == "5" else PahoReceiver(settings)
