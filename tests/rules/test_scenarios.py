"""Every feature of the rules as a scenario, run by the command that a technician uses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app

SCENARIOS = Path(__file__).parent / "scenarios"


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_rules_do_what_the_scenarios_expect(file: Path) -> None:
    result = CliRunner().invoke(app, ["rules", "test", str(file)])
    assert result.exit_code == 0, result.output
