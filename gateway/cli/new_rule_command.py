"""`hamlet rules new`: a ready rule from the library for a site of one's own."""

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.complaints import complaints, refuse
from gateway.located_yaml import did_you_mean
from gateway.rules.ready import TESTS_FOLDER, ReadyRule, find_rule, ready_rules

RULES_FOLDER = "rules"
"""Of a site."""


def new_rule(
    name: Annotated[str | None, typer.Argument(help="Which one; see --list.")] = None,
    site: Annotated[Path, typer.Option(help="The site's folder.")] = Path("site"),
    show_list: Annotated[bool, typer.Option("--list", help="Show all ready rules.")] = False,
) -> None:
    """Write a ready rule and its scenarios into a site, which is then yours to adapt.

    Nothing is overwritten. The exit status is 2 when nothing was written.
    """
    if show_list:
        _show_all()
        return
    if name is None:
        refuse("which rule? `hamlet rules new --list` shows all")
    rule = ready_rules().get(name)
    if rule is None:
        hint = did_you_mean(name, ready_rules()) or "; `hamlet rules new --list` shows all"
        refuse(f"there is no ready rule {name!r}{hint}")
    if not site.is_dir():
        refuse(f"there is no folder {site}; --site DIR says where the site is")
    with complaints():
        _refuse_second(rule, site / RULES_FOLDER)
        try:
            written = _write(rule, site / RULES_FOLDER)
        except OSError as error:
            refuse(f"{error.filename}: cannot be written: {error.strerror}")
    _say_what_now(rule, site, *written)


def _show_all() -> None:
    for subject, rules in groupby(ready_rules().values(), key=lambda rule: rule.subject):
        print(subject)
        for rule in rules:
            print(f"  {rule.id}\n      {rule.about.vi}\n      {rule.about.en}")


def _refuse_second(rule: ReadyRule, folder: Path) -> None:
    """Raises ProblemsError when the rules that are there cannot be read."""
    found = find_rule(rule.id, folder)
    if found is not None:
        file, line = found
        refuse(f"{file}:{line}: there is a rule {rule.id!r} already")
    for file in _places(rule, folder):
        if file.exists():
            refuse(f"{file} exists already; nothing was written")


def _write(rule: ReadyRule, folder: Path) -> tuple[Path, Path]:
    file, scenarios = _places(rule, folder)
    scenarios.parent.mkdir(parents=True, exist_ok=True)
    # The scenarios first: without the rule they harm nobody.
    _create(scenarios, rule.scenarios.read_text(encoding="utf-8"))
    _create(file, rule.file.read_text(encoding="utf-8"))
    return file, scenarios


def _create(file: Path, text: str) -> None:
    """Write a file that the gateway can read whoever wrote it; never an existing one, and all of
    it or nothing. Raises OSError."""
    with file.open("x", encoding="utf-8") as opened:
        try:
            opened.write(text)
            opened.flush()
        except OSError:
            file.unlink()
            raise


def _places(rule: ReadyRule, folder: Path) -> tuple[Path, Path]:
    return folder / rule.file.name, folder / TESTS_FOLDER / rule.file.name


def _say_what_now(rule: ReadyRule, site: Path, file: Path, scenarios: Path) -> None:
    print(
        f"{file}\n"
        f"    {rule.about.vi}\n    {rule.about.en}\n"
        f"Cần chỉnh: {rule.adapt.vi}\n"
        f"Adapt: {rule.adapt.en}\n"
        "\n"
        f"hamlet rules test {scenarios}   # is it still right? adapt both files\n"
        f"hamlet rules check --site {site}   # does it fit your devices?\n"
        "systemctl reload hamlet   # the gateway takes it over"
    )
