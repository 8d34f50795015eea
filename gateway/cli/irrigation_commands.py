"""`hamlet irrigation …`: what an agronomist or a technician asks about water."""

import typer

from gateway.cli.et0_command import print_et0

irrigation = typer.Typer(
    help="How much water the gardens need, and why they get it.", no_args_is_help=True
)


@irrigation.callback()
def _irrigation() -> None:
    """Keeps `et0` a word of the call while it is the only command."""


irrigation.command("et0")(print_et0)
