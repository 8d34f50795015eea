import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.rules_commands import rules

SITE = Path(__file__).parents[3] / "site.example"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITE, tmp_path / "site"))


def test_the_example_site_has_no_mistakes(site: Path) -> None:
    result = CliRunner().invoke(rules, ["check", "--site", str(site)])
    assert (result.exit_code, result.stdout) == (0, "no mistakes\n")


def test_mistakes_have_a_place_and_the_exit_status_says_so(site: Path) -> None:
    file = site / "rules" / "zz.yaml"
    file.write_text("- rule: a\n  label: A\n  on: {kind: soil, tag: tee}\n  when: soil_p < 1\n")
    result = CliRunner().invoke(rules, ["check", "--site", str(site)])
    assert result.exit_code == 1
    assert f"{file}:1:3: error: then is missing" in result.stdout
    assert f"{file}:4:9: error: there is no metric 'soil_p'" in result.stdout
    assert f"{file}:3:25: warning: no device has the tag 'tee'" in result.stdout
    assert result.stdout.endswith("2 error(s), 1 warning(s)\n")


def test_json_is_a_list_with_the_same(site: Path) -> None:
    file = site / "rules" / "zz.yaml"
    file.write_text("- rule: a\n")
    result = CliRunner().invoke(rules, ["check", "--site", str(site), "--json"])
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert {**found[0], "message": ""} == {
        "file": str(file),
        "line": 1,
        "column": 3,
        "severity": "error",
        "message": "",
    }
    clean = CliRunner().invoke(rules, ["check", "--site", str(SITE), "--json"])
    assert (clean.exit_code, json.loads(clean.stdout)) == (0, [])


def test_warnings_alone_are_no_failure(site: Path) -> None:
    (site / "rules" / "zz.yaml").write_text(
        "- rule: a\n  label: A\n  on: {device: wifi-99}\n  silent: 1h\n"
        "  then: [{alert: {severity: info}}]\n"
    )
    result = CliRunner().invoke(rules, ["check", "--site", str(site)])
    assert result.exit_code == 0
    assert "there is no device 'wifi-99'; did you mean" in result.stdout


def test_a_broken_site_does_not_hide_the_mistakes_in_its_rules(site: Path) -> None:
    (site / "site.yaml").write_text("hamlet: Khe Coc\n")
    (site / "rules" / "zz.yaml").write_text("- rule: a\n")
    result = CliRunner().invoke(rules, ["check", "--site", str(site)])
    assert result.exit_code == 1
    assert "site.yaml:1:9: error:" in result.stdout
    assert "zz.yaml:1:3: error:" in result.stdout


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    result = CliRunner().invoke(rules, ["check", "--site", str(tmp_path / "none")])
    assert result.exit_code == 2


def test_files_of_rules_are_checked_instead_of_the_sites(site: Path, tmp_path: Path) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text("- rule: a\n  label: A\n  on: {device: wifi-99}\n  silent: 1h\n")
    call = ["check", str(file), "--site", str(site)]
    result = CliRunner().invoke(rules, call)
    assert result.stdout.splitlines()[0] == (
        f"{file}:1:3: error: then is missing: what to do, a list of actions"
    )
    assert "there is no device 'wifi-99'" in result.stdout


def test_a_folder_of_rules_needs_no_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "a.yaml").write_text("- rule: a\n")
    result = CliRunner().invoke(rules, ["check", "drafts"])
    assert (result.exit_code, "on is missing" in result.stdout) == (1, True)
    nothing = CliRunner().invoke(rules, ["check"])
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert "--site DIR" in nothing.stderr


def test_a_journal_that_cannot_be_read_is_no_reason_not_to_check(site: Path) -> None:
    (site / "data").mkdir(exist_ok=True)
    (site / "data" / "journal.db").write_bytes(b"no journal" * 1000)
    result = CliRunner().invoke(rules, ["check", "--site", str(site)])
    assert (result.exit_code, result.stdout) == (0, "no mistakes\n")
