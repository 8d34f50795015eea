"""How one field of a record stands in one column."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import Any

from devices.text import Text


def to_column(value: object) -> object:
    """The field's value as SQLite stores it; maps and texts become JSON."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Text):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False)
    return value


def from_column(hint: Any) -> Callable[[Any], Any]:
    """The function that turns a stored value, never None, back into the field's type."""
    options = [option for option in getattr(hint, "__args__", ()) if option is not type(None)]
    if type(None) in getattr(hint, "__args__", ()) and len(options) == 1:
        hint = options[0]
    if hint is Text:
        return lambda stored: Text(*json.loads(stored))
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum | bool):
        return hint
    if getattr(hint, "__origin__", None) is Mapping:
        return lambda stored: json.loads(stored)
    return lambda stored: stored
