"""`hamlet rules check`: every mistake of a site's rules, and what is probably not meant."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from devices.kinds import KINDS
from gateway.assembly import JOURNAL_FILE, vocabulary_of
from gateway.cli.complaints import refuse
from gateway.journal.database import JournalError, naming_damage, open_for_reading
from gateway.journal.memory import DeviceConflictError, load_fleet
from gateway.located_yaml import Problem, ProblemsError
from gateway.rules.loader import check_files, named_files, rule_files
from gateway.rules.vocabulary import Vocabulary
from gateway.site import Site, load_site

SITE = Path("site")


class _Finding(NamedTuple):
    problem: Problem
    severity: str


def check_rules(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, help="Files or folders of rules, instead of the site's."),
    ] = None,
    site: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="The site's folder.", show_default="site"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Report every mistake in the rules, with file, line and column.

    The exit status is 1 when there is one; warnings alone leave it 0.
    """
    folder = site or (SITE if SITE.is_dir() else None)
    if folder is None and not paths:
        refuse(f"there is no folder {SITE}; say --site DIR, or which files of rules")
    files = named_files(paths) if paths else None
    findings = list(_find(folder, files))
    if as_json:
        print(json.dumps([_as_json(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for problem, severity in findings:
            file, line, column, message = problem
            print(f"{file}:{line}:{column}: {severity}: {message}")
        print(_summary(findings))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _find(folder: Path | None, files: list[Path] | None) -> Iterator[_Finding]:
    """What is wrong with the site, which the rules speak of, and with its rules or these. When the
    site is broken, or there is none, what the rules say of it is not checked."""
    problems: list[Problem] = []
    vocabulary = Vocabulary(KINDS, None, None)
    if folder is not None:
        try:
            vocabulary = _vocabulary(load_site(folder))
        except ProblemsError as error:
            problems = error.problems
        files = rule_files(folder / "rules") if files is None else files
    checked = check_files(files or [], vocabulary)
    for problem in sorted([*problems, *checked.problems]):
        yield _Finding(problem, "error")
    for warning in checked.warnings:
        yield _Finding(warning, "warning")


def _vocabulary(site: Site) -> Vocabulary:
    """With what each device has sent, as far as there is a journal that can be read."""
    known = vocabulary_of(site)
    file = site.data / JOURNAL_FILE
    with suppress(JournalError, DeviceConflictError, sqlite3.Error):
        if file.is_file():
            with closing(open_for_reading(file)) as connection, naming_damage():
                return replace(known, fleet=load_fleet(connection, site.devices))
    return known


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
