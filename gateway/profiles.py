"""Reads the register maps: those that come with the gateway and a site's own.

A profile is named by its file. Every mistake is reported with its file, line and column.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import devices
from devices.profile import Profile, profile_problems
from devices.topics import IDENTIFIER
from gateway.located_yaml import Problem, ProblemsError, load_yaml

BUILT_IN = Path(devices.__file__).parent / "profiles"
PROFILES_FOLDER = "profiles"
"""Of a site."""

Profiles = Mapping[str, Profile]


def load_profiles(site: Path | None = None) -> Profiles:
    """All profiles by name: the gateway's, and those in the folder `profiles/` of a site.

    Raises ProblemsError with every mistake in every file.
    """
    own = Path() if site is None else site / PROFILES_FOLDER
    if site is None or not own.is_dir():
        return _built_in()
    profiles = dict(_built_in())
    problems: list[Problem] = []
    for file in sorted(file for file in own.glob("*") if file.suffix in (".yaml", ".yml")):
        if file.stem in profiles:
            message = f"there is a profile {file.stem!r} already; give the file another name"
            problems.append(Problem(file, 1, 1, message))
            continue
        try:
            profiles[file.stem] = read_profile(file)
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return profiles


def read_profile(file: Path) -> Profile:
    """One profile. Raises ProblemsError with every mistake in it."""
    if not IDENTIFIER.fullmatch(file.stem):
        message = "a profile's file is named by lower-case letters, digits and '-'"
        raise ProblemsError([Problem(file, 1, 1, message)])
    located = load_yaml(file)
    profile = located.validate(Profile)
    if problems := [located.problem(*found) for found in profile_problems(profile)]:
        raise ProblemsError(problems)
    return profile


@cache
def _built_in() -> Profiles:
    return {file.stem: read_profile(file) for file in sorted(BUILT_IN.glob("*.yaml"))}
