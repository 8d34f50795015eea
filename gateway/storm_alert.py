"""The alert of a command storm: rules that move one actuator, its subject, again and again."""

from devices.text import Text

COMMAND_STORM = "gateway:command-storm"
STORM_LABEL = Text("Quy tắc điều khiển quá dày", "Rules command too often")
"""What several of its alerts are together."""
