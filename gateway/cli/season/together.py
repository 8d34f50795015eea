"""Several seasons at once, each in a process of its own."""

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import get_context, parent_process
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.cli.season.play import Season, play
from gateway.cli.season.result import WaySeason
from gateway.cli.season.ways import Way

TOLD_EVERY_S = 0.2

_Shares = SimpleQueue[tuple[Way, float]]


def play_all(
    season: Season, ways: Sequence[Way], jobs: int, on_progress: Callable[[float], None]
) -> list[WaySeason]:
    """The season in each way, in their order, at most `jobs` at once. Raises what opening a
    journal raises."""
    with TemporaryDirectory(prefix="hamlet-season-") as folder:
        folders = {way: Path(folder) / way.value for way in ways}
        if min(jobs, len(ways)) > 1:
            return _play_at_once(season, folders, jobs, on_progress)

        def play_one(number: int, way: Way) -> WaySeason:
            def tell(share: float) -> None:
                on_progress((number + share) / len(ways))

            return play(season, way, folders[way], tell)

        return [play_one(number, way) for number, way in enumerate(ways)]


def _play_at_once(
    season: Season, folders: dict[Way, Path], jobs: int, on_progress: Callable[[float], None]
) -> list[WaySeason]:
    context = get_context("spawn")
    shares: _Shares = context.SimpleQueue()
    done = dict.fromkeys(folders, 0.0)
    with ProcessPoolExecutor(
        min(jobs, len(folders)), context, initializer=_begin, initargs=(shares,)
    ) as pool:
        futures = [pool.submit(_play, season, way, folder) for way, folder in folders.items()]
        waiting = set(futures)
        while waiting:
            waiting = wait(waiting, TOLD_EVERY_S).not_done
            while not shares.empty():
                way, share = shares.get()
                done[way] = share
            on_progress(sum(done.values()) / len(done))
        return [future.result() for future in futures]


_told: _Shares | None = None
"""Where this process tells how far it is."""


def _begin(shares: _Shares) -> None:
    global _told
    _told = shares
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a word


def _play(season: Season, way: Way, folder: Path) -> WaySeason:
    def tell(share: float) -> None:
        parent = parent_process()
        if parent is not None and not parent.is_alive():
            os._exit(1)  # nobody waits for it any more
        if _told is not None:
            _told.put((way, share))

    return play(season, way, folder, tell)
