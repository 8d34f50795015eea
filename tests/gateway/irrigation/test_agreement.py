"""What is said of a plot at one moment agrees: its need, the plan, the last sentence, the page."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.decisions import Explanation
from gateway.plot_records import ProposalAnswered, ProposalState
from gateway.plots import Plot
from tests.gateway.irrigation.any_garden import NATURES, Nature, any_plot
from tests.gateway.irrigation.grown_garden import MINUTE, GrownGarden, local

MORNING = local("2026-03-10 05:00")


@dataclass(frozen=True)
class Step:
    """So long it goes on; who is asked says `yes`, no, or nothing."""

    minutes: int
    nature: Nature
    yes: bool | None
    restart: bool


steps = st.lists(
    st.builds(
        Step,
        minutes=st.integers(1, 500),
        nature=NATURES,
        yes=st.none() | st.booleans(),
        restart=st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
plots = any_plot("07:00", asks=st.booleans())
ENOUGH = ("still holds", "water is due below")
"""How it is said that a plot needs nothing."""
NEEDED = ("needs", "should get", "holds only", "to be filled to")
"""How it is said that it needs something."""


@settings(deadline=None, max_examples=25)
@given(plots, steps)
def test_they_agree(plot: Plot, steps: list[Step]) -> None:
    garden = GrownGarden(plot, start=MORNING)
    for step in steps:
        step.nature.comes_over(garden)
        garden.last_until(garden.now + step.minutes * MINUTE)
        check(garden)
        if step.yes is not None:
            answer(garden, step.yes)
            check(garden)
        if step.restart:
            garden.kill()
            garden.last_until(garden.now + 15 * MINUTE)  # the probes report, and it looks
            check(garden)


def answer(garden: GrownGarden, yes: bool) -> None:
    for one in list(garden.proposals.values()):
        if one.state is ProposalState.OPEN:
            garden.save(
                garden.engine.answer(ProposalAnswered(one.id, yes, "lan", garden.now), garden.now)
            )


def check(garden: GrownGarden) -> None:
    if garden.engine.runs():
        return
    status, plan = garden.engine.status("lo-1", garden.now), garden.engine.plan(garden.now)
    planned = [one.reason.en for one in plan.waterings]
    without = [one.reason.en for one in plan.without]
    said = newest(garden, status.look)
    needs = status.needs_mm
    if needs:
        assert planned or not any(word in one for one in without for word in ENOUGH)
        assert said is None or not any(word in said for word in ENOUGH), (said, needs)
    if needs == 0:
        assert said is None or not any(word in said for word in NEEDED), (said, planned, without)
    if planned and needs is not None:
        (first,) = planned
        assert any(word in first for word in ENOUGH) is (needs == 0), "it may come to need some"


def newest(garden: GrownGarden, look: Explanation | None) -> str | None:
    told = [one for one in garden.said if "cause" in one.inputs][-1:]
    known = [one for one in (*told, look) if one is not None]
    return max(known, key=lambda one: one.at).sentence.en if known else None
