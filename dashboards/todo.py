"""A task as a line that a hamlet head can act on: what, where, since when, what to bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.texts import CATALOGUE
from dashboards.words import Words
from devices.metric import Value
from devices.text import Text
from gateway.decisions import Severity
from gateway.views.tasks import Task

NAMES_MAX = 5
BADGES = {Severity.CRITICAL: "down", Severity.WARNING: "warn", Severity.INFO: "quiet"}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task in words."""

    badge: str
    severity: str
    title: str
    names: str
    note: str
    url: str
    acknowledged: bool


def task_line(task: Task, words: Words) -> TaskLine:
    """The task in the reader's language."""
    first = task.alerts[0]
    several = len(task.alerts) > 1
    notes = [words.t("todo.since", when=words.when(task.since))]
    if task.near is not None and several:
        notes.append(words.t("todo.near", place=words.text(task.near)))
    bring = what_to_bring(task.cause, task.settings, words)
    if bring:
        notes.append(words.t("todo.bring", what=bring))
    title = words.text(task.label or first.message) if several else words.text(first.message)
    return TaskLine(
        badge=BADGES[task.severity],
        severity=words.t(f"severity.{task.severity.value}"),
        title=words.t("todo.group", n=len(task.alerts), what=title) if several else title,
        names=_names([label for _, label in task.devices], words) if several else "",
        note=" ".join(notes),
        url=f"/devices/{task.devices[0][0]}" if len(task.devices) == 1 else "/alerts",
        acknowledged=task.acknowledged,
    )


def what_to_bring(cause: str | None, settings: Mapping[str, Value], words: Words) -> str:
    """What repairs such a cause needs; empty when nobody wrote that down, or when it names a
    constant that the technician did not give."""
    key = f"bring.{cause}"
    if key not in CATALOGUE:
        return ""
    try:
        return words.t(key, **settings)
    except KeyError:
        return ""


def _names(labels: Sequence[Text], words: Words) -> str:
    names = ", ".join(words.text(label) for label in labels[:NAMES_MAX])
    more = len(labels) - NAMES_MAX
    return words.t("todo.and", names=names, n=more) if more > 0 else names
