"""The addresses of the pages on alerts, watering and for the technician."""

from collections import Counter
from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.pages import Pages
from dashboards.shared import Fragments
from dashboards.todo import BADGES
from dashboards.words import Words
from gateway.decisions import RuleState
from gateway.feed import Update
from gateway.history import RejectedMessage
from gateway.views.tasks import URGENCY
from gateway.views.views import RuleStatus
from gateway.views.watering import Watering

PAYLOAD_SHOWN = 160
NEW_SHOWN = 30
"""Somebody who installs a street at once adopts them by a list, not one by one."""
UNFOLDED = 10
"""Alerts of each list that are seen at once, a few screens of a phone; the others are folded."""
PAST_SHOWN = 50
"""A month of a hamlet that is looked after; more is not read on a phone."""


def routes(pages: Pages) -> APIRouter:
    """`/alerts`, `/watering`, `/technician` and their streams."""
    router = APIRouter()
    renderer, views = pages.renderer, pages.views

    async def alerts(words: Words, update: Update | None) -> Fragments:
        found = await views.alerts()
        labels = {row.id: row.label for row in views.devices()}
        context = {"badges": BADGES, "labels": labels, "unfolded": UNFOLDED}
        return {
            "unresolved": renderer.fragment(
                "alerts/open.html",
                words,
                alerts=sorted(
                    (alert for alert in found if alert.resolved_at is None),
                    key=lambda alert: (URGENCY[alert.severity], -alert.opened_at),
                ),
                **context,
            ),
            "resolved": renderer.fragment(
                "alerts/past.html",
                words,
                alerts=[alert for alert in found if alert.resolved_at is not None][:PAST_SHOWN],
                **context,
            ),
        }

    async def watering(words: Words, update: Update | None) -> Fragments:
        return plot_fragments(await views.watering(), words)

    def plot_fragments(found: Watering, words: Words) -> Fragments:
        return {
            "total": renderer.fragment("watering/total.html", words, watering=found),
            **{
                f"plot-{plot.id}": renderer.fragment("watering/plot.html", words, plot=plot)
                for plot in found.plots
            },
        }

    async def technician(words: Words, update: Update | None) -> Fragments:
        new = views.new_devices()
        rules = views.rules()
        busy = [rule for rule in rules if _busy(rule)]
        return {
            "new": renderer.fragment(
                "technician/new.html", words, rows=new[:NEW_SHOWN], more=len(new[NEW_SHOWN:])
            ),
            "rejected": renderer.fragment(
                "technician/rejected.html",
                words,
                messages=alike(await views.rejected()),
                payload=payload,
            ),
            "rules": renderer.fragment(
                "technician/rules.html",
                words,
                busy=busy,
                calm=[rule for rule in rules if rule not in busy],
            ),
            "gateway": renderer.fragment(
                "technician/gateway.html", words, condition=views.condition()
            ),
            "serial": renderer.fragment(
                "technician/serial.html", words, ports=views.condition().serial
            ),
        }

    @router.get("/alerts")
    async def alerts_page(request: Request) -> Response:
        words = pages.words(request)
        return await pages.page(
            request,
            "alerts/page.html",
            words,
            title=words.t("alerts.title"),
            current="alerts",
            live=f"/live/alerts?lang={words.lang}",
            fragments=await alerts(words, None),
        )

    @router.get("/live/alerts")
    async def alerts_stream(request: Request) -> Response:
        return pages.live(request, alerts, "alerts")

    @router.get("/watering")
    async def watering_page(request: Request) -> Response:
        words = pages.words(request)
        found = await views.watering()
        return await pages.page(
            request,
            "watering/page.html",
            words,
            title=words.t("watering.title"),
            current="watering",
            live=f"/live/watering?lang={words.lang}",
            fragments=plot_fragments(found, words),
            plots=[plot.id for plot in sorted(found.plots, key=lambda plot: plot.run is None)],
        )

    @router.get("/live/watering")
    async def watering_stream(request: Request) -> Response:
        return pages.live(request, watering, "watering")

    @router.get("/technician")
    async def technician_page(request: Request) -> Response:
        words = pages.words(request)
        return await pages.page(
            request,
            "technician/page.html",
            words,
            title=words.t("technician.title"),
            current="technician",
            live=f"/live/technician?lang={words.lang}",
            fragments=await technician(words, None),
        )

    @router.get("/live/technician")
    async def technician_stream(request: Request) -> Response:
        return pages.live(request, technician, "technician")

    return router


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
    return rule.health is not None or any(others)


def payload(message: RejectedMessage) -> str:
    """The first bytes as text; what cannot be read is written as \\x.. or \\u...."""
    text = message.payload[:PAYLOAD_SHOWN].decode(errors="backslashreplace")
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
