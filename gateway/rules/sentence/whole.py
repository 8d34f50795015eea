"""A whole rule in words: when, what then, and how it ends."""

from devices.command import Argument
from devices.text import Text
from gateway.decisions import Severity
from gateway.rules.actions.alert import AlertAction
from gateway.rules.actions.command import CommandAction
from gateway.rules.actions.irrigate import IrrigateAction
from gateway.rules.expression.nodes import AllOf, Node
from gateway.rules.rule import Action, GroupBy, Grouping, Rule, Unknown
from gateway.rules.sentence.conditions import Telling
from gateway.rules.sentence.names import Names
from gateway.rules.sentence.phrases import capital, duration, joined, number, phrase, small
from gateway.rules.sentence.times import hours, moments

_ALERTS = {
    Severity.INFO: Text("báo tin", "tell people"),
    Severity.WARNING: Text("cảnh báo", "warn"),
    Severity.CRITICAL: Text("báo động khẩn cấp", "raise the alarm"),
}
_UNKNOWN = {
    Unknown.CLEAR: Text(
        "Khi chưa rõ thì coi như không phải.", "While it is unknown, it counts as no."
    ),
    Unknown.FIRE: Text("Khi chưa rõ thì coi như đúng.", "While it is unknown, it counts as yes."),
}
_GROUPS = {
    GroupBy.ROAD: Text("trên cùng một tuyến đường", "on one road"),
    GroupBy.PLACE: Text("ở cùng một nơi", "at one place"),
    GroupBy.PLOT: Text("trên cùng một lô", "on one plot"),
    GroupBy.KIND: Text("trong cùng một loại thiết bị", "of one kind"),
}
_LATE = Text("Nếu bị lỡ thì làm bù một lần.", "What was missed is made up for once.")
_SECONDS = "_s"
"""How the names of times end."""


def say(rule: Rule, names: Names) -> Text:
    """What the rule does."""
    then = joined([_action(action, names) for action in rule.then], "; ", "; ")
    sentences = [
        phrase("{begin} thì {then}.", "{begin}, {then}.", begin=_begin(rule, names), then=then)
    ]
    if rule.until is not None:
        ends = Telling(names).tell(rule.until.root)
        sentences.append(phrase("Kết thúc khi {ends}.", "It ends when {ends}.", ends=ends))
    if rule.lasts_ms:
        lasts = duration(rule.lasts_ms)
        sentences.append(phrase("Kéo dài {lasts}.", "It lasts {lasts}.", lasts=lasts))
    if rule.only is not None:
        sentences.append(hours(rule.only))
    if rule.cooldown_ms:
        pause = duration(rule.cooldown_ms)
        sentences.append(
            phrase("Trong {pause} không lặp lại.", "Not again within {pause}.", pause=pause)
        )
    if rule.runs_late:
        sentences.append(_LATE)
    if rule.unknown in _UNKNOWN:
        sentences.append(_UNKNOWN[rule.unknown])
    return joined(sentences, " ", " ")


def _begin(rule: Rule, names: Names) -> Text:
    if rule.group is not None:
        return _group(rule, rule.group, names)
    whom = names.one_of(rule.on)
    if rule.silent_ms is not None:
        return capital(
            phrase(
                "khi {whom} không gửi gì suốt {time}",
                "when {whom} has sent nothing for {time}",
                whom=whom,
                time=duration(rule.silent_ms),
            )
        )
    told = _moment(rule, whom)
    if rule.when is None:
        return told
    condition = _lasting(rule.when.root, rule.for_ms, names)
    at = phrase("ở {whom}, {condition}", "at {whom} {condition}", whom=whom, condition=condition)
    if not rule.at_moments:
        return phrase("Khi {at}", "When {at}", at=at)
    return phrase("{told}, nếu {at}", "{told}, if {at}", told=told, at=at)


def _group(rule: Rule, group: Grouping, names: Names) -> Text:
    """What must hold of how many devices of a group."""
    if group.at_least is not None:
        count = number(group.at_least)
        many = phrase(
            "ít nhất {count} {of}", "at least {count} {of}", count=count, of=names.many_of(rule.on)
        )
    else:
        many = phrase(
            "ít nhất {count} số {of}",
            "at least {count} of the {of}",
            count=number(group.share_pct, "%"),
            of=names.many_of(rule.on),
        )
    where = _GROUPS[group.by]
    if rule.silent_ms is not None:
        return phrase(
            "Khi {where} có {many} không gửi gì suốt {time}",
            "When {where} {many} have sent nothing for {time}",
            where=where,
            many=many,
            time=duration(rule.silent_ms),
        )
    told = Telling(names).tell(rule.when.root) if rule.when else Text("", "")
    holds = phrase(
        "{where} có {many} mà {told}",
        "{where}, for {many}, {told}",
        where=where,
        many=many,
        told=told,
    )
    if rule.for_ms:
        holds = phrase(
            "{holds}, liên tục {time}",
            "{holds}, for {time}",
            holds=holds,
            time=duration(rule.for_ms),
        )
    return phrase("Khi {holds}", "When {holds}", holds=holds)


def _moment(rule: Rule, whom: Text) -> Text:
    """What begins a rule that acts at moments."""
    if rule.schedule is not None:
        told = capital(moments(rule.schedule))
        if rule.when is not None:
            return told
        return phrase("{told}, với {whom}", "{told}, for {whom}", told=told, whom=whom)
    if rule.event is None:
        return whom
    code = "" if rule.event.code is None else f" ({rule.event.code})"
    return phrase(
        "Khi {whom} báo sự kiện “{name}”",
        "When {whom} reports the event “{name}”",
        whom=whom,
        name=rule.event.name + code,
    )


def _lasting(node: Node, length: int, names: Names) -> Text:
    """A condition that must hold so long. Of several it is told of the first."""
    if not length:
        return Telling(names).tell(node)
    first, rest = (node.parts[0], node.parts[1:]) if isinstance(node, AllOf) else (node, ())
    told = phrase(
        "{first} liên tục {time}",
        "{first} for {time}",
        first=Telling(names, lasting=True).tell(first),
        time=duration(length),
    )
    others = [Telling(names).tell(AllOf((part,))) for part in rest]
    return joined([told, *others], " và ", " and ")


def _action(action: Action, names: Names) -> Text:
    match action:
        case AlertAction(severity):
            return _ALERTS[severity]
        case IrrigateAction(plot):
            where = names.plot(plot) if plot else Text("lô đó", "its plot")
            return phrase(
                "tưới {amount} cho {where}",
                "water {amount} on {where}",
                amount=_amount(action),
                where=where,
            )
        case CommandAction():
            return _command(action, names)
        case _:
            name = type(action).__name__
            return Text(name, name)


def _amount(action: IrrigateAction) -> Text:
    if action.depth_mm is not None:
        return number(action.depth_mm, "mm")
    if action.litres is not None:
        return phrase("{n} lít", "{n} litres", n=number(action.litres))
    return phrase("{n} phút", "for {n} minutes", n=number(action.minutes or 0))


def _command(action: CommandAction, names: Names) -> Text:
    specs = (kind.command(action.command) for kind in names.kinds.values())
    spec = next((spec for spec in specs if spec), None)
    what = small(spec.label) if spec else Text(action.command, action.command)
    whom = names.all_of(action.target) if action.target else Text("thiết bị đó", "it")
    told = phrase("ra lệnh cho {whom}: {what}", "tell {whom}: {what}", whom=whom, what=what)
    args = [_argument(name, value, names) for name, value in action.args.items()]
    return joined([told, *args], ", ", ", ")


def _argument(name: str, value: Argument, names: Names) -> Text:
    if name.endswith(_SECONDS) and isinstance(value, int | float):
        return phrase("trong {time}", "for {time}", time=duration(round(value * 1000)))
    metric = names.metric(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        told = Text(str(value), str(value))
    else:
        told = number(value, metric.unit if metric else "")
    label = small(metric.label) if metric else Text(name, name)
    return phrase("{label} {told}", "{label} {told}", label=label, told=told)
