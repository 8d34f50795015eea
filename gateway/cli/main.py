"""`hamlet`: the one program."""

import logging
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from gateway.assembly import read_site
from gateway.cli.bench.command import bench
from gateway.cli.clock_commands import clock
from gateway.cli.complaints import complaints
from gateway.cli.demo.command import demo
from gateway.cli.irrigation_commands import irrigation
from gateway.cli.journal_commands import journal
from gateway.cli.rules_commands import rules
from gateway.cli.serial_commands import serial
from gateway.cli.serve import serve
from gateway.cli.sim_commands import sim

app = typer.Typer(
    help="The gateway of a smart hamlet.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(sim)
app.add_typer(bench, name="bench")
app.add_typer(journal, name="journal")
app.add_typer(rules, name="rules")
app.add_typer(irrigation, name="irrigation")
app.add_typer(clock, name="clock")
app.add_typer(serial, name="serial")


@app.callback()
def _main() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # It reports every start and end of a server; ours are told in our own words.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


@app.command()
def run(
    site: Annotated[Path, typer.Option(help="The site's folder.")] = Path("site"),
) -> None:
    """Run the gateway of a site until it is told to stop."""
    with complaints():
        checked, site_rules = read_site(site)
        uvloop.run(serve(checked, site_rules, on_ready=_say_ready))


async def _say_ready(address: str) -> None:
    print(f"ready: {address}", flush=True)


if __name__ == "__main__":
    app()
