"""`hamlet rules …`: what a technician does with rules before they are armed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from devices.kinds import KINDS
from gateway.cli.backtest.command import backtest_command
from gateway.cli.explain_command import explain_rule
from gateway.cli.new_rule_command import new_rule
from gateway.cli.scenario_command import run_scenarios
from gateway.fleet import Fleet
from gateway.journal.memory import list_device
from gateway.located_yaml import Problem, ProblemsError
from gateway.rules.loader import check_rules
from gateway.site import Site, load_site

rules = typer.Typer(
    help="Write, check, test and explain the rules of a site.", no_args_is_help=True
)


class _Finding(NamedTuple):
    problem: Problem
    severity: str


rules.command("test")(run_scenarios)
rules.command("new")(new_rule)
rules.command("explain")(explain_rule)
rules.command("backtest")(backtest_command)


@rules.command()
def check(
    site: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")
    ] = Path("site"),
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Report every mistake in the rules, with file, line and column.

    The exit status is 1 when there is one; warnings alone leave it 0.
    """
    findings = list(_find(site))
    if as_json:
        print(json.dumps([_as_json(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for problem, severity in findings:
            file, line, column, message = problem
            print(f"{file}:{line}:{column}: {severity}: {message}")
        print(_summary(findings))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _find(folder: Path) -> Iterator[_Finding]:
    site, problems = _load(folder)
    fleet, plots, constants = None, None, None
    if site is not None:
        fleet, plots = Fleet(), {plot.id for plot in site.plots}
        constants = site.config.constants
        for number, config in enumerate(site.devices, 1):
            fleet.add(list_device(number, config))
    checked = check_rules(
        folder / "rules", kinds=KINDS, fleet=fleet, plots=plots, constants=constants
    )
    for problem in sorted([*problems, *checked.problems]):
        yield _Finding(problem, "error")
    for warning in checked.warnings:
        yield _Finding(warning, "warning")


def _load(folder: Path) -> tuple[Site | None, list[Problem]]:
    """The site, which the rules speak of; when it is broken, the rules are checked without it."""
    try:
        return load_site(folder), []
    except ProblemsError as error:
        return None, error.problems


def _as_json(finding: _Finding) -> dict[str, object]:
    problem = finding.problem
    return {
        "file": str(problem.file),
        "line": problem.line,
        "column": problem.column,
        "severity": finding.severity,
        "message": problem.message,
    }


def _summary(findings: list[_Finding]) -> str:
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    if not findings:
        return "no mistakes"
    return f"{errors} error(s), {warnings} warning(s)"
