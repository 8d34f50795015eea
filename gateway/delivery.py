"""How a message was delivered: bits that receivers hand on with it, those of MQTT's own header."""

RETAINED = 0x01
"""The broker had it stored; it was not sent just now."""
REDELIVERED = 0x08
"""The broker has sent it before and heard of no acknowledgement."""
