"""In which language a command speaks to the person at the terminal."""

import os
from enum import Enum


class Lang(Enum):
    """The two languages of the gateway."""

    VI = "vi"
    EN = "en"


def of_terminal() -> Lang:
    """Vietnamese where the locale of the terminal is, else English."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    said = next((value for name in names if (value := os.environ.get(name))), "")
    return Lang.VI if said.lower().startswith("vi") else Lang.EN
