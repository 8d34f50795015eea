"""Cheap checks that keep the house clean: files, locks, imports, and that documents are true."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real import INSTALLED_BY, PROJECT

LINES_MAX = 400
PACKAGES = ("devices", "gateway", "dashboards", "firmware_sim")

# What a package may import besides the standard library; import-linter sees to the rest.
THIRD_PARTY_OF_DEVICES = {"pydantic", "pydantic_core"}

# Parts of gateway/ that take `now` and data and return decisions.
ENGINES = {"agronomy", "alerts", "commands", "diary", "health", "irrigation", "rules"}

# What every part may stand on; contracts of their own see to it that they stand on none.
LIBRARIES = {"agronomy", "diary", "plots"}

# Packages of gateway/ that stand on its parts: the read models, the gateway of a
# scenario, that of a back-test, and the composition root.
CONNECTING = {"views", "scenario", "backtest", "cli"}

# `datetime.now()` and its kin: import-linter cannot see them, for the module itself is harmless.
CLOCK_CALLS = {"now", "utcnow", "today"}

# Put together, so that this file does not name one itself.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|home)/[\w.]")


def tracked(*patterns: str) -> list[Path]:
    """The project's files, as git knows them; in an unpacked archive there is no git to ask."""
    if not (PROJECT / ".git").exists():
        pytest.skip("this is no git work tree")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (PROJECT / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def text_files() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        try:
            yield path.relative_to(PROJECT), path.read_text()
        except UnicodeDecodeError:
            continue


def pyproject() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text())


def contract(kind: str, name: str) -> dict[str, Any]:
    """The import contract of that type whose name contains `name`."""
    contracts: list[dict[str, Any]] = pyproject()["tool"]["importlinter"]["contracts"]
    return next(one for one in contracts if one["type"] == kind and name in one["name"])


def test_no_source_file_is_too_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in tracked("*.py")}
    assert lengths
    assert {path: lines for path, lines in lengths.items() if lines > LINES_MAX} == {}


def test_every_module_says_what_it_owns() -> None:
    silent = [
        path
        for path in tracked(*(f"{package}/*.py" for package in PACKAGES))
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = [(path, line) for path, text in text_files() for line in MACHINE_PATH.findall(text)]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements", "requirements-dev", "requirements-build"])
def test_a_lock_holds_hashes_and_no_addresses(lock: str) -> None:
    text = (PROJECT / f"{lock}.lock").read_text()
    assert "://" not in text
    assert "--index-url" not in text
    pins = re.findall(r"^\S+==\S+.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*", text, re.MULTILINE)
    assert pins
    assert all("--hash" in pin for pin in pins)


def test_the_tests_run_on_the_versions_that_the_gateway_runs_on() -> None:
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^(\S+==\S+)", (PROJECT / lock).read_text(), re.MULTILINE))

    assert versions("requirements.lock") <= versions("requirements-dev.lock")
    assert versions("requirements-build.lock") <= versions("requirements-dev.lock")


def test_every_requirement_is_locked() -> None:
    text = (PROJECT / "requirements-dev.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    wanted = pyproject()
    required = wanted["project"]["dependencies"] + [
        item
        for group in wanted["dependency-groups"].values()
        for item in group
        if isinstance(item, str)
    ]
    names = {re.split(r"[<>=\[; ]", requirement)[0] for requirement in required}
    assert names - locked == set(), "run: make lock"


def test_the_commands_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", (PROJECT / document).read_text(), re.M))
        assert named, document
        assert named <= targets, document


def test_ci_runs_the_readmes_test_command() -> None:
    readme = (PROJECT / "README.md").read_text().splitlines()
    commands = [line.split("#")[0].strip() for line in readme if line.startswith("make test")]
    assert commands
    assert commands[0] in (PROJECT / ".ci/run").read_text().splitlines()


def test_every_script_can_be_run() -> None:
    scripts = [path for path in tracked("scripts", ".ci") if path.read_bytes().startswith(b"#!")]
    assert scripts
    assert [path for path in scripts if not os.access(path, os.X_OK)] == []


def test_the_installer_installs_every_real_part() -> None:
    installer = (PROJECT / "scripts/install-real-parts").read_text()
    for command in INSTALLED_BY.values():
        assert command.removeprefix("sudo apt install ") in installer


def test_every_part_of_the_gateway_stands_in_the_import_contracts() -> None:
    parts = {path.parent.name for path in (PROJECT / "gateway").glob("*/__init__.py")}
    independent = contract("independence", "parts of the gateway")["modules"]
    assert in_gateway(parts - CONNECTING - LIBRARIES) - set(independent) == set()
    closed = contract("forbidden", "Pages")["forbidden_modules"]
    assert in_gateway(parts - LIBRARIES - {"views", "cli"}) - set(closed) == set()
    pure = contract("forbidden", "Engines")["source_modules"]
    assert in_gateway(parts & ENGINES) - set(pure) == set()


def in_gateway(names: set[str]) -> set[str]:
    return {f"gateway.{name}" for name in names}


def test_devices_need_nothing_but_pydantic() -> None:
    allowed = sys.stdlib_module_names | THIRD_PARTY_OF_DEVICES | {"devices"}
    found = {
        (path.name, name)
        for path in tracked("devices/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported(node)
        if name.split(".")[0] not in allowed
    }
    assert found == set()


def test_engines_ask_no_clock() -> None:
    engines = [
        module
        for name in ("Engines", "connects the engines")
        for module in contract("forbidden", name)["source_modules"]
    ]
    patterns = [
        f"{engine.replace('.', '/')}{end}" for engine in engines for end in (".py", "/*.py")
    ]
    found = {
        (path.name, node.lineno)
        for path in tracked(*patterns)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_CALLS
    }
    assert found == set()


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
