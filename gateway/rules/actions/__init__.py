"""What rules can do, one file each, found by being here."""

import importlib
import pkgutil

from gateway.rules.actions.action import ActionKind


def _find() -> dict[str, ActionKind]:
    found: dict[str, ActionKind] = {}
    for module in pkgutil.iter_modules(__path__):
        kind = getattr(importlib.import_module(f"{__name__}.{module.name}"), "ACTION", None)
        if kind is None:  # action.py, which says what an action is
            continue
        if kind.name in found:
            raise ValueError(f"actions/{module.name}.py: action {kind.name!r} exists already")
        found[kind.name] = kind
    return found


ACTIONS: dict[str, ActionKind] = _find()
"""Every action by its name in YAML."""
