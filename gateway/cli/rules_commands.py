"""`hamlet rules …`: what a technician does with rules before they are armed."""

import typer

from gateway.cli.backtest.command import backtest_command
from gateway.cli.check_command import check_rules
from gateway.cli.explain_command import explain_rule
from gateway.cli.new_rule_command import new_rule
from gateway.cli.scenario_command import run_scenarios

rules = typer.Typer(
    help="Write, check, test, explain and replay the rules of a site.", no_args_is_help=True
)
rules.command("check")(check_rules)
rules.command("test")(run_scenarios)
rules.command("new")(new_rule)
rules.command("explain")(explain_rule)
rules.command("backtest")(backtest_command)
