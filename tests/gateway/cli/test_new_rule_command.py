import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.rules_commands import rules
from gateway.rules.ready import ready_rules

SITE = Path(__file__).parents[3] / "site.example"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITE, tmp_path / "site"))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(rules, [str(word) for word in words])


def test_a_ready_rule_is_written_with_its_scenarios_and_both_are_right(site: Path) -> None:
    result = run("new", "pump-runs-dry", "--site", site)
    assert result.exit_code == 0
    rule, scenarios = site / "rules/pump-runs-dry.yaml", site / "rules/tests/pump-runs-dry.yaml"
    assert str(rule) in result.stdout
    assert "Adapt: 30 (kPa)" in result.stdout
    assert "Cần chỉnh: 30 (kPa)" in result.stdout
    assert f"hamlet rules test {scenarios}" in result.stdout
    assert run("test", scenarios).stdout == "3 passed, 0 failed\n"
    assert run("check", "--site", site).stdout == "no mistakes\n"


def test_the_folder_of_rules_can_be_tested_as_a_whole(site: Path) -> None:
    run("new", "pump-runs-dry", "--site", site)
    assert run("test", site / "rules", "--site", site).stdout == "3 passed, 0 failed\n"


def test_scenarios_about_the_sites_own_rules_do_not_read_the_ones_beside_them(site: Path) -> None:
    run("new", "pump-runs-dry", "--site", site)
    of_site = site / "rules/tests/of-site.yaml"
    story = "{scenario: x, expect: [{at: 0, states: {pump-runs-dry: inactive}}]}"
    for rules_of in ("", "rules: ..\n"):
        of_site.write_text(f"{rules_of}scenarios: [{story}]\n")
        assert run("test", of_site, "--site", site).stdout == "1 passed, 0 failed\n"


def test_every_ready_rule_fits_into_an_empty_site(site: Path) -> None:
    shutil.rmtree(site / "rules")
    for id in ready_rules():
        assert run("new", id, "--site", site).exit_code == 0, id
    assert run("check", "--site", site).exit_code == 0
    assert run("test", site / "rules").exit_code == 0


def test_everybody_may_read_what_was_written(site: Path) -> None:
    run("new", "pump-runs-dry", "--site", site)
    assert (site / "rules/pump-runs-dry.yaml").stat().st_mode & 0o444 == 0o444


def test_the_list_says_what_each_is_for_in_both_languages(tmp_path: Path) -> None:
    result = run("new", "--list", "--site", tmp_path / "nowhere")
    assert result.exit_code == 0
    for rule in ready_rules().values():
        assert rule.id in result.stdout
        assert rule.about.vi in result.stdout
        assert rule.about.en in result.stdout


def test_a_rule_of_the_same_id_is_never_doubled(site: Path) -> None:
    result = run("new", "lamp-failure", "--site", site)
    assert result.exit_code == 2
    assert f"{site}/rules/lights.yaml:2: there is a rule 'lamp-failure' already" in result.stderr
    assert not (site / "rules/lamp-failure.yaml").exists()


@pytest.mark.parametrize("name", ["pump-runs-dry.yaml", "tests/pump-runs-dry.yaml"])
def test_a_file_of_the_same_name_is_never_overwritten(site: Path, name: str) -> None:
    file = site / "rules" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("[]\n")
    before = {path: path.read_bytes() for path in site.rglob("*.yaml")}
    result = run("new", "pump-runs-dry", "--site", site)
    assert result.exit_code == 2
    assert f"{file} exists already" in result.stderr
    assert {path: path.read_bytes() for path in site.rglob("*.yaml")} == before


def test_rules_that_cannot_be_read_may_hold_it_already(site: Path) -> None:
    (site / "rules/broken.yaml").write_text("- {rule: \n")
    result = run("new", "pump-runs-dry", "--site", site)
    assert result.exit_code == 2
    assert "broken.yaml:2:1" in result.stderr


def test_a_wrong_name_is_put_right(site: Path) -> None:
    result = run("new", "pump-run-dry", "--site", site)
    assert result.exit_code == 2
    assert "there is no ready rule 'pump-run-dry'; did you mean 'pump-runs-dry'?" in result.stderr
    assert "which rule?" in run("new", "--site", site).stderr


def test_a_site_that_is_not_there_and_one_that_cannot_be_written(site: Path) -> None:
    nowhere = site / "nowhere"
    result = run("new", "pump-runs-dry", "--site", nowhere)
    assert (result.exit_code, f"there is no folder {nowhere}" in result.stderr) == (2, True)
    shutil.rmtree(site / "rules")
    (site / "rules").write_text("")
    result = run("new", "pump-runs-dry", "--site", site)
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)
