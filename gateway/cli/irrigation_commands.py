"""`hamlet irrigation …`: what an agronomist or a technician asks about water."""

import typer

from gateway.cli.et0_command import print_et0
from gateway.cli.season.command import simulate
from gateway.cli.water_explain_command import explain_water
from gateway.cli.water_plan_command import print_plan

irrigation = typer.Typer(
    help="How much water the gardens need, and why they get it.", no_args_is_help=True
)

irrigation.command("et0")(print_et0)
irrigation.command()(simulate)
irrigation.command("plan")(print_plan)
irrigation.command("explain")(explain_water)
