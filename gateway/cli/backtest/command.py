"""The command: which readings, which rules, and what is written."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer

from devices.decode import EARLIEST, LATEST
from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE, read_site, vocabulary_of
from gateway.backtest.csv_rows import CsvRows
from gateway.backtest.journal_rows import JournalRows
from gateway.backtest.result import Change
from gateway.backtest.rows import Source, Span
from gateway.backtest.run import backtest
from gateway.cli.backtest.chart import draw
from gateway.cli.backtest.report import as_json, as_text
from gateway.cli.backtest.simulated import SimulatedRows
from gateway.cli.chart_file import check_chart
from gateway.cli.complaints import complaints, refuse
from gateway.cli.progress import progress
from gateway.cli.written_time import typed_time
from gateway.fleet import Fleet
from gateway.journal.database import JournalError, naming_damage, open_for_reading
from gateway.journal.periods import newest_time
from gateway.rules.loader import check_files, named_files
from gateway.rules.rule import Rule, armed
from gateway.site import Site

DAY_MS: Millis = 86_400_000
ARMED = "armed"


class _Asked(NamedTuple):
    """Where the readings come from; the first that is given counts."""

    csv: Path | None
    simulated: int | None
    days: int | None
    since: Millis | None
    until: Millis | None


def backtest_command(
    site: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")
    ] = Path("site"),
    csv: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Readings: time, device, kind, then metrics."
        ),
    ] = None,
    simulated: Annotated[
        int | None, typer.Option(min=1, max=366, help="So many days of the simulated hamlet.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="The newest days of the journal.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help="Local time or with its offset, RFC 3339; or epoch ms."),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="The same; not included.")] = None,
    rules: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="Rules to try, a file or a folder; else the site's own."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="Compare with all 'armed' rules, or those of a file or folder."),
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw a chart: FILE.svg or FILE.png.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Tell what rules would have done with readings of the past.

    The readings are those of the site's journal (the gateway may run), of a table, or of the
    simulated hamlet. Rules of a file are compared with the armed ones of the same names.
    """
    if sum(given is not None for given in (csv, simulated, days or since or until)) > 1:
        refuse("give only one of --csv, --simulated and a time of the journal")
    if days and since:
        refuse("give only one of --days and --from")
    with complaints():
        if chart:
            check_chart(chart)
        checked, own = read_site(site)
        zone = ZoneInfo(checked.config.place.timezone)
        start, end = typed_time("--from", since, zone), typed_time("--to", until, zone)
        asked = _Asked(csv, simulated, days, start, end)
        with _open(asked, checked) as source:
            tried = own if rules is None else _read(rules, checked, source.fleet)
            others = _others(own, tried if rules else None, against, checked, source.fleet)
            changes: list[Change] = []
            armed_changes: list[Change] = []
            began = time.perf_counter()
            with progress("back-test") as on_progress:

                def go_on(share: float) -> bool:
                    on_progress(share)
                    return True

                result = backtest(
                    source,
                    checked,
                    tried,
                    armed=others,
                    on_change=changes.append,
                    on_armed_change=armed_changes.append,
                    go_on=go_on,
                )
            seconds = time.perf_counter() - began
        if chart:
            draw(chart, result, changes, armed_changes, zone)
    if as_json_:
        print(as_json(changes, result, seconds))
    else:
        print("\n".join(as_text(result, seconds, zone)))


@contextmanager
def _open(asked: _Asked, site: Site) -> Iterator[Source]:
    if asked.csv:
        yield CsvRows(asked.csv, site)
    elif asked.simulated:
        yield SimulatedRows(site, asked.simulated, int(time.time() * 1000))
    else:
        file = site.data / JOURNAL_FILE
        if not file.is_file():
            raise JournalError(
                f"{file}: there is no such file; try the rules with --csv or --simulated"
            )
        with closing(open_for_reading(file)) as connection, naming_damage():
            yield JournalRows(connection, site, _span(asked, connection))


def _span(asked: _Asked, connection: sqlite3.Connection) -> Span:
    until = LATEST if asked.until is None else asked.until
    if asked.days is None:
        return Span(asked.since or EARLIEST, until)
    end = min(until, newest_time(connection) + 1)
    return Span(end - asked.days * DAY_MS, until)


def _read(paths: Sequence[Path], site: Site, fleet: Fleet) -> list[Rule]:
    return check_files(named_files(paths), replace(vocabulary_of(site), fleet=fleet)).sound()


def _others(
    own: Sequence[Rule], tried: Sequence[Rule] | None, against: str | None, site: Site, fleet: Fleet
) -> list[Rule] | None:
    """The rules to compare with; None for no comparison."""
    if against == ARMED:
        return armed(own)
    if against is not None:
        file = Path(against)
        if not file.exists():
            refuse(f"--against {against}: there is no such file; or say {ARMED}")
        return _read([file], site, fleet)
    if tried is None:
        return None
    names = {rule.id for rule in tried}
    return [rule for rule in armed(own) if rule.id in names] or None
