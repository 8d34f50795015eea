"""The addresses of what a technician looks at: page and stream."""

from collections import Counter
from collections.abc import Sequence

from fastapi import APIRouter

from dashboards.pages import Pages
from dashboards.shared_page import Content, SharedPage, shared_routes
from dashboards.words import Words
from gateway.decisions import RuleState
from gateway.history import RejectedMessage
from gateway.views.views import RuleStatus

PAYLOAD_SHOWN = 160
NEW_SHOWN = 30
"""Somebody who installs a street at once adopts them by a list, not one by one."""


def routes(pages: Pages) -> APIRouter:
    """`/technician` and its stream."""
    renderer, views = pages.renderer, pages.views

    async def technician(words: Words) -> Content:
        new, rules, condition = views.new_devices(), views.rules(), views.condition()
        context: dict[str, dict[str, object]] = {
            "new": {"rows": new[:NEW_SHOWN], "more": len(new[NEW_SHOWN:])},
            "rejected": {"messages": alike(await views.rejected()), "payload": payload},
            "rules": {
                "busy": [rule for rule in rules if _busy(rule)],
                "calm": [rule for rule in rules if not _busy(rule)],
            },
            "gateway": {"condition": condition},
            "serial": {"ports": condition.serial},
        }
        return Content(
            {
                name: renderer.fragment(f"technician/{name}.html", words, **shown)
                for name, shown in context.items()
            }
        )

    page = SharedPage(
        "technician", "/technician", "technician/page.html", "technician.title", technician
    )
    return shared_routes(pages, page)


def alike(messages: Sequence[RejectedMessage]) -> list[tuple[RejectedMessage, int]]:
    """The newest of each topic and reason, and how many there are: one device that is wrong all
    the time does not hide the others."""
    counts = Counter((message.topic, message.reason) for message in messages)
    newest: dict[tuple[str, str], RejectedMessage] = {}
    for message in messages:  # the newest come first
        newest.setdefault((message.topic, message.reason), message)
    return [(message, counts[key]) for key, message in newest.items()]


def _busy(rule: RuleStatus) -> bool:
    """Whether there is more to say of it than that nothing happens."""
    others = (number for state, number in rule.subjects.items() if state is not RuleState.INACTIVE)
    return rule.health is not None or rule.lost is not None or any(others)


def payload(message: RejectedMessage) -> str:
    """The first bytes as text; what cannot be read is written as \\x.. or \\u...."""
    text = message.payload[:PAYLOAD_SHOWN].decode(errors="backslashreplace")
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
