"""The page of one device, in the order of the questions: what is it, what is wrong and since when,
why do we say so, its figures, what it was told, which rules touch it."""

import json
from dataclasses import dataclass

from dashboards.rendering import Renderer
from dashboards.todo import what_to_bring
from dashboards.words import Words
from devices.command import Argument
from gateway.decisions import Command, CommandState, RuleState, State
from gateway.views.device import DeviceDetail
from gateway.views.missing import Missing

COMMAND_BADGES = {
    CommandState.QUEUED: "quiet",
    CommandState.DONE: "up",
    CommandState.FAILED: "down",
    CommandState.EXPIRED: "unknown",
    CommandState.REFUSED: "down",
}
RULE_BADGES = {RuleState.FIRING: "warn", RuleState.PENDING: "quiet", RuleState.INACTIVE: "up"}
LEASE = "lease_s"
SILENT_CAUSES = {"silent", "offline"}
"""Whoever is unknown for another reason does send messages."""
GAPS_SHOWN = 5
PAYLOAD_SHOWN = 2000
"""Characters of the last message: a light's is under 400."""


@dataclass(frozen=True, slots=True)
class Why:
    """What is wrong and the evidence for it; `known` is false when the device is just silent."""

    title: str
    evidence: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class MissingLines:
    """How many readings are missing, and a line for each gap."""

    count: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command and what became of it, in words."""

    at: str
    title: str
    args: str
    requester: str
    badge: str
    outcome: str


def device_fragments(renderer: Renderer, device: DeviceDetail, words: Words) -> dict[str, str]:
    """Everything on the page that moves, the chart excepted."""
    return {
        "head": renderer.fragment(
            "device/head.html", words, device=device, state_words=state_words
        ),
        "why": renderer.fragment("device/why.html", words, why=_why(device, words)),
        "facts": renderer.fragment(
            "device/facts.html", words, device=device, missing=_missing(device.missing, words)
        ),
        "commands": renderer.fragment(
            "device/commands.html",
            words,
            lines=[_command_line(command, device, words) for command in device.commands],
        ),
        "rules": renderer.fragment(
            "device/rules.html", words, rules=device.rules, badges=RULE_BADGES
        ),
        "raw": renderer.fragment(
            "device/raw.html", words, device=device, payload=_payload(device), extra=_extra(device)
        ),
    }


def state_words(state: State, cause: str, words: Words) -> str:
    """ "Đèn hỏng", "Im lặng": the cause where it has a name, else the state."""
    plain = words.t(f"state.{state.value}")
    return plain if state is State.UP else words.known(f"cause.{cause}", plain)


def _missing(missing: Missing, words: Words) -> MissingLines | None:
    """ "Thiếu 14 tin, 03:10–03:24": the newest gaps, and how much is missing besides."""
    count = missing.awaited_count + missing.lost_count
    if not count:
        return None
    gaps = [(gap, "device.missing") for gap in missing.awaited]
    gaps += [(gap, "device.missing.lost") for gap in missing.lost]
    shown = gaps[:GAPS_SHOWN]
    lines = [
        words.t(key, n=gap.readings, span=words.span(gap.since, gap.until)) for gap, key in shown
    ]
    rest = count - sum(gap.readings for gap, _ in shown)
    if rest:
        lines.append(words.t("device.missing.more", n=rest))
    if missing.awaited:
        lines.append(words.t("device.missing.awaited"))
    return MissingLines(count, tuple(lines))


def _why(device: DeviceDetail, words: Words) -> Why | None:
    row = device.row
    if not device.adopted:
        return None
    if row.state is State.UNKNOWN:
        if row.since is None or row.measured_at is None:
            return Why(words.t("device.why.never"), (), False)
        if row.cause not in SILENT_CAUSES:
            return Why(words.t("device.why.undecided"), _alerts(device, words), False)
        since = words.when(row.measured_at)
        return Why(words.t("device.why.unknown", when=since), _alerts(device, words), False)
    if row.state is State.UP and not device.alerts:
        return None
    title = (
        words.t("device.why", what=state_words(row.state, row.cause, words))
        if row.state is State.DOWN
        else words.text(device.alerts[0].message)
    )
    evidence = [*_alerts(device, words)][0 if row.state is State.DOWN else 1 :]
    evidence += _values(device, words)
    bring = what_to_bring(row.cause, device.settings, words)
    if bring:
        evidence.append(words.t("todo.bring", what=bring))
    return Why(title, tuple(evidence), True)


def _alerts(device: DeviceDetail, words: Words) -> tuple[str, ...]:
    return tuple(words.text(alert.message) for alert in device.alerts)


def _values(device: DeviceDetail, words: Words) -> list[str]:
    """What the firing rules saw when they fired."""
    seen: dict[str, str] = {}
    for rule in device.rules:
        for name, value in rule.values.items():
            metric = device.row.kind.metric(name)
            if metric is not None and value is not None and name not in seen:
                label, shown = words.text(metric.label), words.value(metric, value)
                seen[name] = words.t("device.evidence", label=label, value=shown)
    return list(seen.values())


def _command_line(command: Command, device: DeviceDetail, words: Words) -> CommandLine:
    spec = device.row.kind.command(command.command)
    took = (command.finished_at or command.created_at) - command.created_at
    return CommandLine(
        at=words.exact(command.created_at),
        title=words.text(spec.label) if spec is not None else command.command,
        args=", ".join(
            _argument(name, value, device, words) for name, value in command.args.items()
        ),
        requester=_requester(command.requester, device, words),
        badge=COMMAND_BADGES[command.state],
        outcome=words.t(
            f"command.{command.state.value}",
            duration=words.duration(took),
            error=command.error or words.t("value.unknown"),
        ),
    )


def _argument(name: str, value: Argument, device: DeviceDetail, words: Words) -> str:
    """An argument that is also a metric of the kind has its label and unit."""
    if name == LEASE and isinstance(value, int):
        return words.t("argument.lease", n=value)
    metric = device.row.kind.metric(name)
    if metric is None or isinstance(value, str):
        return f"{name} {value}"
    return f"{words.text(metric.label)} {words.value(metric, value)}"


def _requester(requester: str, device: DeviceDetail, words: Words) -> str:
    sort, _, name = requester.partition(":")
    if sort == "rule":
        label = device.rule_labels.get(name)
        name = words.text(label) if label is not None else name
    elif sort == "run":
        name = name.partition(".")[0]  # behind the plot stands the time, which the line has
    key = f"requester.{sort}"
    return words.known(key, requester).format(name=name)


def _payload(device: DeviceDetail) -> str:
    """The message as text; what is no text is shown as replacement characters."""
    if device.last_message is None:
        return ""
    text = device.last_message.body.decode(errors="replace")
    return text if len(text) <= PAYLOAD_SHOWN else text[:PAYLOAD_SHOWN] + "…"


def _extra(device: DeviceDetail) -> str:
    """The unknown fields as they came."""
    return json.dumps(dict(device.extra), ensure_ascii=False) if device.extra else ""
