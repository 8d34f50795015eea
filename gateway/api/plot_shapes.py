"""What the API sends of plots as they are: public shapes, apart from the gateway's own values.

Times are integers, milliseconds since the epoch, UTC; days are those of the hamlet's calendar.
Depths are mm of water that reaches the roots. Figures are rounded, each by itself. What nobody
knows is null.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated

from pydantic import Field

from devices.metric import Value
from gateway.api.shapes import Label, RunShape
from gateway.api.wire import Hundredths, Tenths, Thousandths, WireShape
from gateway.decisions import Explanation
from gateway.plot_records import BalanceDay, NoGo, Override, PlotSetting, Proposal
from gateway.plots import Mode
from gateway.plots.guard import DryDays, NoGoReason
from gateway.views.plots import PlotDetail
from gateway.views.watering import PlotStatus
from gateway.watering_plan import Certainty, Held, Plan, PlannedWatering, ProbeStatus


class ExplanationShape(WireShape):
    """Why a plot is watered or not, with what was known then."""

    at: int
    action: str
    sentence: Label
    inputs: Mapping[str, Value | str | None]

    @classmethod
    def of(cls, decision: Explanation) -> "ExplanationShape":
        return cls(
            at=decision.at,
            action=decision.action,
            sentence=Label.of(decision.sentence),
            inputs=dict(decision.inputs),
        )


class ProposalShape(WireShape):
    """A watering that waits for a person's yes or no."""

    id: str
    at: int
    expires_at: int
    litres: Tenths
    sentence: Label

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalShape":
        return cls(
            id=proposal.id,
            at=proposal.at,
            expires_at=proposal.expires_at,
            litres=proposal.litres,
            sentence=Label.of(proposal.sentence),
        )


class PlotShape(WireShape):
    """A plot now. `depletion_mm` is what its root zone lacks, of `taw_mm` that it can hold and
    `raw_mm` that the tea takes in ease; `next_look` is when it is next decided whether to water."""

    id: str
    label: Label
    area_m2: float
    mode: Mode
    asks_first: bool
    soil_moisture_pct: Hundredths | None
    depletion_mm: Hundredths | None
    raw_mm: Hundredths | None
    taw_mm: Hundredths
    today_l: Tenths
    next_look: int | None
    proposal: ProposalShape | None
    run: RunShape | None
    decision: ExplanationShape | None

    @classmethod
    def of(cls, plot: PlotStatus) -> "PlotShape":
        outlook = plot.outlook
        return cls(
            id=plot.id,
            label=Label.of(plot.label),
            area_m2=plot.area_m2,
            mode=outlook.mode,
            asks_first=outlook.asks_first,
            soil_moisture_pct=plot.moisture.percent if plot.moisture is not None else None,
            depletion_mm=outlook.depletion_mm,
            raw_mm=outlook.raw_mm,
            taw_mm=outlook.taw_mm,
            today_l=plot.today_l,
            next_look=outlook.next_look,
            proposal=ProposalShape.of(outlook.proposal) if outlook.proposal is not None else None,
            run=RunShape.of(plot.run) if plot.run is not None else None,
            decision=ExplanationShape.of(plot.decision) if plot.decision is not None else None,
        )


class HeldShape(WireShape):
    """An interlock that keeps water back now; POST to `overrides` where it is `overridable`."""

    interlock: str
    reason: Label
    overridable: bool

    @classmethod
    def of(cls, held: Held) -> "HeldShape":
        return cls(
            interlock=held.interlock,
            reason=Label.of(held.reason),
            overridable=held.overridable,
        )


class ModeShape(WireShape):
    """What was set last; null is as `plots.yaml` says."""

    plot: str
    mode: Mode | None
    ask_first: bool | None
    by: str
    at: int

    @classmethod
    def of(cls, setting: PlotSetting) -> "ModeShape":
        return cls(
            plot=setting.plot,
            mode=setting.mode,
            ask_first=setting.ask_first,
            by=setting.by,
            at=setting.at,
        )


class DryDaysShape(WireShape):
    """Days without water, both included. Those of `plots.yaml` have no id, and nobody set them."""

    id: str | None
    begin: Annotated[date, Field(serialization_alias="from")]
    end: Annotated[date, Field(serialization_alias="to")]
    reason: NoGoReason
    by: str | None
    at: int | None

    @classmethod
    def of(cls, days: DryDays | NoGo) -> "DryDaysShape":
        was_set = days if isinstance(days, NoGo) else None
        return cls(
            id=was_set.id if was_set else None,
            begin=days.begin,
            end=days.end,
            reason=days.reason,
            by=was_set.by if was_set else None,
            at=was_set.at if was_set else None,
        )


class OverrideShape(WireShape):
    """An interlock that a person lets pass."""

    id: str
    interlock: str
    reason: str
    by: str
    at: int
    until: int

    @classmethod
    def of(cls, override: Override) -> "OverrideShape":
        return cls(
            id=override.id,
            interlock=override.interlock,
            reason=override.reason,
            by=override.by,
            at=override.at,
            until=override.until,
        )


class ProbeShape(WireShape):
    """A probe as the irrigation sees it; `distrust` says why it is left out."""

    device: str
    moisture_pct: Hundredths | None
    measured_at: int | None
    stale: bool
    distrust: Label | None

    @classmethod
    def of(cls, probe: ProbeStatus) -> "ProbeShape":
        return cls(
            device=probe.device,
            moisture_pct=probe.moisture_pct,
            measured_at=probe.measured_at,
            stale=probe.stale,
            distrust=Label.of(probe.distrust) if probe.distrust is not None else None,
        )


class OnePlotShape(PlotShape):
    """One plot by itself; `modes` are those that it can have."""

    modes: list[Mode]
    litres_per_day_max: float
    held: list[HeldShape]
    overrides: list[OverrideShape]
    dry_days: list[DryDaysShape]
    probes: list[ProbeShape]

    @classmethod
    def of_one(cls, detail: PlotDetail) -> "OnePlotShape":
        outlook = detail.status.outlook
        return cls(
            **dict(PlotShape.of(detail.status)),
            modes=list(detail.plot.modes),
            litres_per_day_max=detail.plot.litres_per_day_max,
            held=[HeldShape.of(one) for one in detail.held],
            overrides=[OverrideShape.of(one) for one in outlook.overrides],
            dry_days=[DryDaysShape.of(one) for one in outlook.dry_days],
            probes=[ProbeShape.of(one) for one in outlook.probes],
        )


class BalanceDayShape(WireShape):
    """The water in the root zone over one day: what was missing before, plus `et_mm`, minus rain
    that sank in and irrigation, plus what percolated, plus the correction by the probes.
    `estimates` names what was estimated; a day that is not `closed` goes on."""

    day: date
    before_mm: Hundredths
    et0_mm: Hundredths | None
    kc: Thousandths
    ks: Thousandths
    et_mm: Hundredths
    rain_mm: Hundredths | None
    effective_rain_mm: Hundredths
    irrigation_mm: Hundredths
    percolation_mm: Hundredths
    correction_mm: Hundredths
    depletion_mm: Hundredths
    taw_mm: Hundredths
    raw_mm: Hundredths
    estimates: list[str]
    closed: bool

    @classmethod
    def of(cls, day: BalanceDay) -> "BalanceDayShape":
        fields = asdict(day)
        del fields["plot"]
        estimates = [name for name in day.estimates.split(",") if name]
        return cls(**{**fields, "estimates": estimates})


class PlannedShape(WireShape):
    """A watering of the plan."""

    plot: str
    begin: int
    end: int
    litres: Tenths
    depth_mm: Hundredths
    certainty: Certainty
    reason: Label
    conflicts: list[Label]

    @classmethod
    def of(cls, one: PlannedWatering) -> "PlannedShape":
        return cls(
            plot=one.plot,
            begin=one.begin,
            end=one.end,
            litres=one.litres,
            depth_mm=one.depth_mm,
            certainty=one.certainty,
            reason=Label.of(one.reason),
            conflicts=[Label.of(conflict) for conflict in one.conflicts],
        )


class NotWateredShape(WireShape):
    """A plot that will not be watered, and why."""

    plot: str
    reason: Label


class PlanShape(WireShape):
    """What is expected from `at` until `until`."""

    at: int
    until: int
    waterings: list[PlannedShape]
    without: list[NotWateredShape]

    @classmethod
    def of(cls, plan: Plan) -> "PlanShape":
        return cls(
            at=plan.at,
            until=plan.until,
            waterings=[PlannedShape.of(one) for one in plan.waterings],
            without=[
                NotWateredShape(plot=one.plot, reason=Label.of(one.reason)) for one in plan.without
            ],
        )
