"""The kinds of devices, one file each, found by being here."""

import importlib
import pkgutil
from typing import Annotated

from pydantic import AfterValidator

from devices.kind import Kind


def _find() -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    for module in pkgutil.iter_modules(__path__):
        kind = importlib.import_module(f"{__name__}.{module.name}").KIND
        if not isinstance(kind, Kind):
            raise TypeError(f"devices/kinds/{module.name}.py: KIND is no Kind")
        if kind.name in found:
            raise ValueError(f"devices/kinds/{module.name}.py: kind {kind.name!r} exists already")
        found[kind.name] = kind
    return found


KINDS: dict[str, Kind] = _find()
"""Every kind by its name, in alphabetical order of its file."""


def _check_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"unknown kind {name!r}; known: {', '.join(KINDS)}")
    return name


KindName = Annotated[str, AfterValidator(_check_kind)]
"""A kind as somebody writes it in a file."""
