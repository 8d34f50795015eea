"""A garden for the engine's tests: pump, valves and meters as firmware would be, the outbox, and a
journal that survives kills. The valves judge what really flowed."""

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from devices.messages import Command as WireCommand
from devices.messages import Result, decode_message
from devices.metric import Value
from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.commands.outbox import Outbox, Send
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    Command,
    CommandAsked,
    CommandState,
    Decision,
    Explanation,
    IrrigationAsked,
    Run,
    RunState,
)
from gateway.fleet import Fleet
from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.irrigation.engine import IrrigationEngine
from gateway.plot_records import (
    HOLD,
    BalanceDay,
    LookMade,
    NoGo,
    Override,
    PlotMemory,
    PlotSetting,
    Proposal,
    UnfinishedWatering,
    WeatherHour,
)
from gateway.plots import Plot, PlotsFile, Pump, Source
from tests.gateway.fleets import NOW, device

HERE = HamletTime(ZoneInfo("Asia/Ho_Chi_Minh"), 21.72, 105.73)
SECOND = 1000


def plot(id: str = "lo-1", **changes: object) -> Plot:
    return Plot.model_validate(
        {
            "id": id,
            "label": {"vi": f"lô {id}", "en": f"plot {id}"},
            "area_m2": 720,
            "valves": [id.replace("lo", "valve")],
            "pump": "pump-1",
            "rate_l_min": 60,
            "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
            "litres_per_day_max": 1000,
            "minutes_per_run_max": 30,
            **changes,
        }
    )


@dataclass
class Actuator:
    """A valve or a pump: on for its lease, one id is one command."""

    on_until: Millis = 0
    total_l: float = 0.0
    flowing: float = 0.0
    stuck: bool | None = None  # True: cannot leave on; False: cannot leave off
    mute: bool = False  # neither hears nor speaks
    leaks: float = 0.0  # of a valve: share of its rate that passes it while it is shut
    dry: bool = False  # of a pump: it turns in air
    counts: float = 1.0  # of a valve: the share of its flow that its meter counts
    shows: float = 1.0  # of a valve: the share that its meter shows
    spins: float = 0.0  # of a valve: its meter shows and counts so much more in a minute
    answers: dict[str, Result] = field(default_factory=dict)


class Garden:
    """`now` is the true time; the gateway's clock differs from it by `clock_error`."""

    def __init__(
        self,
        *plots: Plot,
        metered: bool | Collection[str] = True,
        flow: float = 1.0,
        start: Millis = NOW,
        pumps: Sequence[Pump] = (),
        sources: Sequence[Source] = (),
    ) -> None:
        self.plots = plots
        self.water = PlotsFile(plots=plots, pumps=tuple(pumps), sources=tuple(sources))
        self.now = start
        self.clock_error: Millis = 0
        self.clock_trusted = True  # as a restart finds it
        self.began = start  # when its clock began to count
        self.metered = metered  # all valves, none, or these
        self.flow = flow  # true rate as a share of the plots' nominal one
        ids = {valve: "valve" for one in plots for valve in one.valves}
        ids |= {one.pump: "pump" for one in plots if one.pump}
        self.actuators = {id: Actuator() for id in ids}
        self.fleet = Fleet()
        for id, kind in ids.items():
            self.fleet.add(device(id, kind))
            self.fleet.get(id).interval_s = 10  # type: ignore[union-attr]
        self.engine = IrrigationEngine(self.water, self.fleet, HERE)
        self.outbox = Outbox("khe-coc", self.fleet)
        self.runs: dict[str, Run] = {}
        self.commands: dict[str, Command] = {}
        self.said: list[Explanation] = []
        self.open_alerts: dict[tuple[str, str], AlertAsked] = {}
        self.raised: list[AlertAsked] = []
        self.balances: dict[tuple[str, date], BalanceDay] = {}
        self.hours: dict[Millis, WeatherHour] = {}
        self.proposals: dict[str, Proposal] = {}
        self.unfinished: dict[str, UnfinishedWatering] = {}
        self.settings: list[PlotSetting | NoGo | Override] = []
        self.wire: deque[tuple[Millis, Send]] = deque()  # FIFO, as a broker keeps the order
        self.lose_commands = self.lose_results = self.lose_telemetry = False
        self.delay_ms = 0
        self.flows: list[tuple[str, Millis, float]] = []  # truth: plot, by the gateway's clock, l
        self.leaked_l: dict[str, float] = {}  # truth by plot: what no command let through
        self.flowed_in: dict[str, float] = {}  # truth by run
        self.drawn: list[tuple[str, Millis, float]] = []  # truth: source, by the gateway's clock, l
        self.laid = plots  # the pipes in the ground, whatever the file calls them
        self.crash = False  # from here on nothing of what is decided is saved or sent
        self.report()

    @property
    def clock(self) -> Millis:
        return self.now + self.clock_error

    @property
    def alerts(self) -> dict[str, AlertAsked]:
        """The open ones by subject, of several the one that was raised last."""
        return {subject: alert for (_, subject), alert in self.open_alerts.items()}

    def run(self, of: str = "lo-1") -> Run:
        """The newest run of a plot."""
        return [run for run in self.runs.values() if run.plot == of][-1]

    def flowed_l(self, of: str = "lo-1") -> float:
        return sum(litres for plot, _, litres in self.flows if plot == of)

    def flowed_by_day(self) -> dict[tuple[str, Millis], float]:
        """By plot and the gateway's day."""
        days: dict[tuple[str, Millis], float] = {}
        for of, at, litres in self.flows:
            key = of, day_start(at)
            days[key] = days.get(key, 0.0) + litres
        return days

    def is_on(self, id: str) -> bool:
        actuator = self.actuators[id]
        return self.now < actuator.on_until if actuator.stuck is None else actuator.stuck

    def ask(self, of: str = "lo-1", litres: float = 300.0, requester: str = "rule:tea-dry") -> None:
        asked = IrrigationAsked(of, requester, self.clock, litres=litres)
        self.save(self.engine.ask(asked, self.clock))

    def set(self, setting: PlotSetting | NoGo | Override) -> None:
        """A person sets something."""
        self.settings.append(setting)
        self.save(self.engine.on_setting(setting, self.clock))

    def save(self, decisions: object) -> None:
        """What the pipeline does: records are kept, requests go to their engine."""
        assert isinstance(decisions, list | tuple)
        if self.crash:
            return
        todo: deque[Decision] = deque(decisions)
        while todo:
            decision = todo.popleft()
            match decision:
                case Run():
                    self.runs[decision.id] = decision
                case Explanation():
                    self.said.append(decision)
                case AlertAsked():
                    if (decision.source, decision.subject) not in self.open_alerts:
                        self.raised.append(decision)
                    self.open_alerts.setdefault((decision.source, decision.subject), decision)
                case AlertCleared():
                    self.open_alerts.pop((decision.source, decision.subject), None)
                case CommandAsked():
                    todo.extend(self.outbox.ask(decision, self.clock))
                case Command():
                    self.commands[decision.id] = decision
                    if decision.state is CommandState.QUEUED:
                        self.outbox.committed([decision.id])
                    else:
                        todo.extend(self.engine.on_command(decision, self.clock))
                case BalanceDay():
                    self.balances[decision.plot, decision.day] = decision
                case WeatherHour():
                    self.hours[decision.at] = decision
                case Proposal():
                    self.proposals[decision.id] = decision
                case UnfinishedWatering():
                    self.unfinished[decision.plot] = decision
                case _:
                    raise AssertionError(decision)

    def kill(self, *plots: Plot) -> None:
        """The gateway dies; a new one starts from what was saved, with other `plots` in its file
        if there are some."""
        self.crash = False
        if plots:
            self.plots = plots
            self.water = self.water.model_copy(update={"plots": plots})
        self.engine = IrrigationEngine(self.water, self.fleet, HERE)
        self.engine.clock_trusted = self.clock_trusted
        self.outbox = Outbox("khe-coc", self.fleet)
        self.save(self.outbox.restore(self.commands.values(), self.clock))
        self.save(self.engine.restore(self.runs.values(), self.clock, self.memory(), self.alerts))

    def memory(self) -> PlotMemory:
        """What the journal would tell a start."""
        looks = [one for one in self.said if "cause" in one.inputs and one.action != HOLD]
        return PlotMemory(
            settings=[one for one in self.settings if isinstance(one, PlotSetting)],
            no_gos=[one for one in self.settings if isinstance(one, NoGo)],
            overrides=[one for one in self.settings if isinstance(one, Override)],
            proposals=list(self.proposals.values()),
            balances=sorted(self.balances.values(), key=lambda one: one.day),
            hours=[self.hours[at] for at in sorted(self.hours)],
            looks=[_look_made(one) for one in looks],
            unfinished=list(self.unfinished.values()),
        )

    def sleep(self, seconds: int) -> None:
        """Time passes without a gateway."""
        for _ in range(seconds):
            self._second()

    def live(self, seconds: int, *, every: int = 1) -> None:
        """Time passes, the gateway does its work `every` so many seconds (10 at most), the valves
        report every ten."""
        for second in range(1, seconds + 1):
            self._second()
            if second % every:
                continue
            self._deliver()
            if (self.now // SECOND) % 10 == 0:
                self.report()
            self.tick()

    def live_until_idle(self, seconds: int = 3600) -> None:
        for _ in range(seconds):
            if not self.engine.runs():
                return
            self.live(1)
        raise AssertionError("a run has no end")

    def set_clock_by(self, seconds: int) -> None:
        """The gateway's clock is corrected by that much, with all that it stamped."""
        correction = Correction(self.began, seconds * SECOND)
        self.clock_error += correction.by
        self.began += correction.by
        for known in self.fleet:
            known.correct(correction, self.clock)
        self.flows = [(plot, correction.of(at), litres) for plot, at, litres in self.flows]
        self.drawn = [(source, correction.of(at), litres) for source, at, litres in self.drawn]
        for id, run in self.runs.items():
            self.runs[id] = replace(
                run,
                created_at=correction.of(run.created_at),
                opened_at=correction.of_any(run.opened_at),
                ended_at=correction.of_any(run.ended_at),
                goes_on_at=correction.of_any(run.goes_on_at),
                step_at=correction.of(run.step_at),
            )
        self.said = [replace(one, at=correction.of(one.at)) for one in self.said]
        for one in self.unfinished.values():
            self.unfinished[one.plot] = replace(one, at=correction.of(one.at))
        for command in self.outbox.correct(correction):
            self.commands[command.id] = command
        for record in self.engine.correct(correction, self.clock):
            if isinstance(record, Run):
                self.runs[record.id] = record

    def tick(self) -> None:
        rounds = 0
        while (deadline := self.engine.next_deadline()) is not None and deadline <= self.clock:
            self.save(self.engine.on_tick(self.clock))
            rounds += 1
            assert rounds < 10, "a deadline does not pass"
        self.save(self.outbox.on_tick(self.clock))
        self.wire.extend((self.now, send) for send in self.outbox.due(self.clock))

    def report(self, *, only: str | None = None) -> None:
        for id, actuator in self.actuators.items():
            if not self.lose_telemetry and not actuator.mute and only in (None, id):
                self.hear(id, self.values(id))

    def hear(self, id: str, values: dict[str, Value]) -> None:
        known = self.fleet.get(id)
        if known is None:
            known = device(id, "weather")
            self.fleet.add(known)
        # The device's clock is right; a gateway whose clock is wrong takes its own.
        reading = Reading(id, known.kind.name, "b", 0, self.clock, self.clock, values)
        known.apply(reading)
        known.heard_at = self.clock
        self.save(self.engine.on_reading(known, reading, self.clock))

    def values(self, id: str) -> dict[str, Value]:
        actuator = self.actuators[id]
        if id.startswith("pump"):
            running = self.is_on(id)
            power_w, pressure_kpa = (300, 2) if actuator.dry else (1500, 250)
            return {
                "running": running,
                "power_w": power_w * running,
                "pressure_kpa": pressure_kpa * running,
            }
        if not (id in self.metered if isinstance(self.metered, Collection) else self.metered):
            return {"open": self.is_on(id)}
        return {
            "open": self.is_on(id),
            "flow_l_min": actuator.flowing * actuator.shows + actuator.spins,
            "volume_total_l": actuator.total_l,
        }

    def _second(self) -> None:
        self.now += SECOND
        for one in self.laid:
            pump = self.actuators[one.pump] if one.pump else None
            pumped = one.pump is None or (self.is_on(one.pump) and pump and not pump.dry)
            for valve in one.valves:
                actuator = self.actuators[valve]
                share = 1.0 if self.is_on(valve) else actuator.leaks
                rate = one.rate_l_min * self.flow / len(one.valves)
                actuator.flowing = rate * share if pumped else 0.0
                litres = actuator.flowing / 60
                actuator.total_l += litres * actuator.counts + actuator.spins / 60
                if not (self.is_on(valve) and self.now < actuator.on_until):
                    self.leaked_l[one.id] = self.leaked_l.get(one.id, 0.0) + litres
                elif litres:
                    self._flow(one, litres)

    def _flow(self, laid: Plot, litres: float) -> None:
        """Water reaches the plot that the file may call otherwise by now, or not know any more."""
        self.flows.append((laid.id, self.clock, litres))
        known = [one for one in self.plots if one.valves == laid.valves]
        for one in known:
            for run in [run.id for run in self.runs.values() if run.plot == one.id][-1:]:
                self.flowed_in[run] = self.flowed_in.get(run, 0.0) + litres
            pumps = {pump.id: pump.source for pump in self.water.pumps}
            source = pumps.get(one.pump) if one.pump else one.source
            if source is not None:
                self.drawn.append((source, self.clock, litres))

    def _deliver(self) -> None:
        while self.wire and self.wire[0][0] + self.delay_ms <= self.now:
            _, send = self.wire.popleft()
            id = send.topic.split("/")[3]
            actuator = self.actuators[id]
            if self.lose_commands or actuator.mute:
                continue
            command = decode_message(WireCommand, send.payload)
            if command.id not in actuator.answers and self.clock < command.expires_at_ms:
                actuator.answers[command.id] = self._obey(id, actuator, command)
            result = actuator.answers.get(command.id)
            if result and not self.lose_results:
                self.save(self.outbox.on_result(id, result, self.clock))

    def _obey(self, id: str, actuator: Actuator, command: WireCommand) -> Result:
        lease = command.args.get("lease_s", 0)
        assert isinstance(lease, int)
        actuator.on_until = self.now + lease * SECOND
        name = "running" if id.startswith("pump") else "open"
        body: dict[str, object] = {"id": command.id, "ok": True, name: self.is_on(id)}
        return Result.model_validate(body)


def day_start(at: Millis) -> Millis:
    return HERE.on(HERE.day(at), TimeOfDay(0)) or 0


def _look_made(said: Explanation) -> LookMade:
    moment = said.inputs.get("moment")
    assert moment is None or isinstance(moment, int)
    return LookMade(said.plot, said.at, str(said.inputs["cause"]), moment)


def states(garden: Garden, of: str = "lo-1") -> list[RunState]:
    return [run.state for run in garden.runs.values() if run.plot == of]
