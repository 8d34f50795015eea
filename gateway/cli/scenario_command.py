"""`hamlet rules test`: scenarios, and what was not as expected."""

import json
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.complaints import complaints
from gateway.cli.progress import progress
from gateway.scenario.load import load_stories
from gateway.scenario.run import Failure, run
from gateway.scenario.story import Story
from gateway.site import load_site


def run_scenarios(
    files: Annotated[
        list[Path], typer.Argument(exists=True, help="Scenario files, or folders of them.")
    ],
    site: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Whose devices and rules are tested."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Run scenarios: what devices say and when, and what the rules shall make of it.

    The exit status is 1 when something is not as expected, 2 when a file has mistakes.
    """
    with complaints():
        hamlet = load_site(site) if site is not None else None
        stories = [story for file in files for story in load_stories(file, hamlet)]
    results: list[tuple[Story, list[Failure]]] = []
    with progress("scenarios") as on_progress:
        for number, story in enumerate(stories):
            on_progress(number / len(stories))
            results.append((story, run(story)))
    failed = sum(bool(failures) for _, failures in results)
    if as_json:
        print(json.dumps([_result(*one) for one in results], ensure_ascii=False, indent=1))
    else:
        for _, failures in results:
            for failure in failures:
                print(failure)
        print(f"{len(results) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _result(story: Story, failures: list[Failure]) -> dict[str, object]:
    line, _ = story.located.position(story.route)
    return {
        "file": str(story.file),
        "line": line,
        "scenario": story.name,
        "passed": not failures,
        "failures": [
            {
                "line": failure.line,
                "column": failure.column,
                "at_ms": failure.at,
                "what": failure.what,
                "expected": failure.expected,
                "got": failure.got,
            }
            for failure in failures
        ],
    }
