"""The commands of a run. Every START carries a lease: the device ends by itself what nobody renews.

Pure. A command's key names run, command and second, so that what is asked twice is one command.
"""

from collections.abc import Iterable, Mapping

from devices.command import Argument
from devices.reading import Millis
from gateway.decisions import CommandAsked, Run
from gateway.irrigation.run import LEASE_S, START_EXPIRES_MS
from gateway.plots import Plot


def start_pump(run: Run, pump: str, now: Millis) -> CommandAsked:
    """Start the pump, or renew its lease."""
    return _ask(run, pump, "start", now, {"lease_s": LEASE_S})


def stop_pump(run: Run, pump: str, now: Millis) -> CommandAsked:
    """End the pump's part in this run."""
    return _ask(run, pump, "stop", now)


def open_valves(run: Run, plot: Plot, now: Millis) -> list[CommandAsked]:
    """Open all valves of the plot, or renew their leases."""
    return [
        _ask(run, valve, "open", now, {"lease_s": LEASE_S}, str(number))
        for number, valve in enumerate(plot.valves)
    ]


def close_valves(run: Run, plot: Plot, but: Iterable[str], now: Millis) -> list[CommandAsked]:
    """Close the valves of the plot, except those that are known to be shut."""
    shut = frozenset(but)
    return [
        _ask(run, valve, "close", now, number=str(number))
        for number, valve in enumerate(plot.valves)
        if valve not in shut
    ]


_NONE: Mapping[str, Argument] = {}


def _ask(
    run: Run,
    device: str,
    command: str,
    now: Millis,
    args: Mapping[str, Argument] = _NONE,
    number: str = "",
) -> CommandAsked:
    second = (now - run.created_at) // 1000
    return CommandAsked(
        key=f"{run.id}.{command}{number}.{second}",
        device=device,
        command=command,
        args=args,
        requester=f"run:{run.id}",
        at=now,
        expires_at=now + START_EXPIRES_MS,
    )
