"""The addresses of the alerts: page and stream."""

from fastapi import APIRouter

from dashboards.pages import Pages
from dashboards.shared_page import Content, SharedPage, shared_routes
from dashboards.todo import BADGES
from dashboards.words import Words
from gateway.views.tasks import URGENCY

UNFOLDED = 10
"""Alerts of each list that are seen at once, a few screens of a phone; the others are folded."""
PAST_SHOWN = 50
"""A month of a hamlet that is looked after; more is not read on a phone."""


def routes(pages: Pages) -> APIRouter:
    """`/alerts` and its stream."""
    renderer, views = pages.renderer, pages.views

    async def alerts(words: Words) -> Content:
        found = await views.alerts()
        lists = {
            "unresolved": sorted(
                (alert for alert in found if alert.resolved_at is None),
                key=lambda alert: (URGENCY[alert.severity], -alert.opened_at),
            ),
            "resolved": [alert for alert in found if alert.resolved_at is not None][:PAST_SHOWN],
        }
        labels = {row.id: row.label for row in views.devices()}
        return Content(
            {
                name: renderer.fragment(
                    f"alerts/{name}.html",
                    words,
                    alerts=alerts,
                    badges=BADGES,
                    labels=labels,
                    unfolded=UNFOLDED,
                )
                for name, alerts in lists.items()
            }
        )

    page = SharedPage("alerts", "/alerts", "alerts/page.html", "alerts.title", alerts)
    return shared_routes(pages, page)
