"""The week before the demo begins, written once into the demo's journal."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from devices.reading import Millis
from firmware_sim.cadence import HISTORY
from firmware_sim.layout import load_layout
from firmware_sim.live import save_state
from firmware_sim.scenario import load_scenario
from firmware_sim.world import World
from gateway.app import SiteError
from gateway.assembly import JOURNAL_FILE, hamlet_time
from gateway.cli.demo.diary import WrittenPast
from gateway.cli.drive.drive import Drive
from gateway.rules.rule import Rule
from gateway.site import Site

DAYS = 7
DAY_MS = 86_400_000
PROGRESS_MS: Millis = 3_600_000
"""Between two movements of the bar."""
WORLD_FILE = "world.json"
"""The world's memory. Written last, so that it is there only when the week is complete."""
UNFINISHED_FILE = "unfinished-past"
"""There from the first to the last moment of playing: what lies beside it may be deleted."""


def has_past(site: Site) -> bool:
    """Whether the week was played to its end."""
    return (site.data / WORLD_FILE).exists()


def play_past(site: Site, rules: Sequence[Rule], *, seed: int, now: Millis) -> int:
    """Play the week up to `now`; returns the number of messages.

    Call it as the folder's sole writer. Begins anew where an earlier playing was cut short. Raises
    SiteError when there is a journal that is not the demo's.
    """
    _make_room(site.data)
    count = _play(site, rules, seed=seed, now=now)
    (site.data / UNFINISHED_FILE).unlink()
    return count


def _make_room(data: Path) -> None:
    unfinished = data / UNFINISHED_FILE
    if (data / JOURNAL_FILE).exists() and not unfinished.exists():
        raise SiteError(
            f"{data} holds the journal of a real hamlet, which the demo does not touch; "
            "name another folder with --folder"
        )
    unfinished.touch()
    for path in data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != unfinished:
            path.unlink()


def _play(site: Site, rules: Sequence[Rule], *, seed: int, now: Millis) -> int:
    start = now - DAYS * DAY_MS
    layout = load_layout(site.folder)
    scenario_file = site.folder / "scenario.yaml"
    scenario = load_scenario(
        scenario_file,
        origin=now,
        timezone=layout.timezone,
        devices={device.id for device in layout.devices},
    )
    world = World(layout, seed=seed, start=start, cadence=HISTORY, scenario=scenario)
    drive = Drive(site, rules, world)
    people = WrittenPast(site.plots, hamlet_time(site.config.place), now)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        task = progress.add_task(f"Playing the last {DAYS} days", total=now - start)
        for at in range(start, now, PROGRESS_MS):
            drive.play(at)
            drive.perform(people.write)
            progress.update(task, completed=at - start)
        drive.play(now)
        drive.perform(people.write)
        progress.update(task, completed=now - start)
    count = drive.gateway.pipeline.counters.received
    drive.close()
    save_state(world, site.data / WORLD_FILE)
    return count
