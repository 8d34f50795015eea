"""A task as a line that a hamlet head can act on: what, where, since when, what to bring."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.naming import short_names
from dashboards.texts import CATALOGUE
from dashboards.words import Words
from devices.metric import Value
from gateway.decisions import Severity
from gateway.views.tasks import Task

BADGES = {Severity.CRITICAL: "down", Severity.WARNING: "warn", Severity.INFO: "quiet"}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task in words."""

    badge: str
    severity: str
    title: str
    note: str
    url: str
    acknowledged: bool


def task_line(task: Task, words: Words) -> TaskLine:
    """The task in the reader's language."""
    if len(task.alerts) > 1:
        title, reasons = _of_several(task, words)
    else:
        title, reasons = words.text(task.alerts[0].message), []
    bring = what_to_bring(task.cause, task.settings, words)
    if bring:
        reasons.append(words.t("todo.bring", what=bring))
    return TaskLine(
        badge=BADGES[task.severity],
        severity=words.t(f"severity.{task.severity.value}"),
        title=title,
        note=" ".join([*reasons, words.t("todo.since", when=words.when(task.since))]),
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


def _of_several(task: Task, words: Words) -> tuple[str, list[str]]:
    """What, how many and which; then where, and why we think so."""
    what = words.text(task.label or task.alerts[0].message)
    names = short_names((words.text(label) for _, label in task.devices), what)
    title = words.t("todo.several", n=len(task.alerts), what=_inside(what, words))
    if names.text:
        title = words.t("todo.named", what=title, names=names.text)
    if names.left_out:
        title = words.t("todo.and", names=title, n=names.left_out)
    reasons = [words.t("todo.near", place=words.text(task.near))] if task.near else []
    why = words.known(f"todo.why.{task.cause}", "")
    return title, [*reasons, why] if why else reasons


def _inside(what: str, words: Words) -> str:
    """Behind the number a Vietnamese name begins small, unless it begins with an abbreviation."""
    return what[:1].lower() + what[1:] if words.lang == "vi" and what[1:2].islower() else what
