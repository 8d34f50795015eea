"""A back-test from beginning to end."""

from collections.abc import Callable, Iterable, Sequence

from devices.reading import Millis
from gateway.backtest.player import Player
from gateway.backtest.result import Result
from gateway.backtest.rows import Row, Source, Span, received_at
from gateway.backtest.trial import OnChange, Trial
from gateway.rules.rule import Rule
from gateway.site import Site


def backtest(
    source: Source,
    site: Site,
    rules: Sequence[Rule],
    *,
    armed: Sequence[Rule] | None = None,
    on_change: OnChange | None = None,
    on_armed_change: OnChange | None = None,
    go_on: Callable[[float], bool] = lambda share: True,
) -> Result:
    """Try `rules` on what the source has, beside the `armed` ones if they are given.

    `go_on` is asked after each piece, which takes some ten milliseconds, with the share that is
    done, 0 to 1: False ends it there. Whoever runs this in a thread of a gateway lets others work
    meanwhile. Raises what the source raises.
    """
    tried = Trial(rules, source.fleet, site, on_change)
    others = [] if armed is None else [Trial(armed, source.fleet, site, on_armed_change)]
    trials = [tried, *others]
    span = source.span
    player: Player | None = None
    counting = complete = False
    for piece in source:
        if player is None and piece.rows:
            player = Player(source.fleet, trials, received_at(piece.rows[0]))
        if player is None:
            continue
        if piece.clock_set:
            player.set_clock(piece.clock_set)
        for rows in (piece.rows,) if counting else _split(piece.rows, span.start):
            if not counting and received_at(rows[0]) >= span.start:
                counting = True
                player.pass_time(span.start)
                for trial in trials:
                    trial.count_from(span.start)
            player.play(rows)
        if not go_on(piece.share):
            break
    else:
        complete = True
    if player is None:
        return _result(span, complete, trials, 0, 0)
    if complete:
        player.pass_time(span.end - 1)
    else:
        span = Span(span.start, max(player.now + 1, span.start))
    return _result(span, complete, trials, player.readings, player.unreadable)


def _split(rows: Sequence[Row], start: Millis) -> Iterable[Sequence[Row]]:
    """The rows before `start`, and the others, as far as there are any."""
    at = next((at for at, row in enumerate(rows) if received_at(row) >= start), len(rows))
    return [part for part in (rows[:at], rows[at:]) if part]


def _result(
    span: Span, complete: bool, trials: Sequence[Trial], readings: int, unreadable: int
) -> Result:
    tried, *others = (trial.result(span.end) for trial in trials)
    armed = others[0] if others else None
    return Result(span, complete, readings, unreadable, tried, armed)
